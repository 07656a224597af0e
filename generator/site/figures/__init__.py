"""Pictures that are drawn or derived: charts, cards, animations, masks."""
