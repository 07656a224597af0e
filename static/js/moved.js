// Leads on from a former address, with the view that a link asks for, which follows the "#".
(() => {
  const to = document.currentScript?.dataset.to;
  if (to) location.replace(to + location.search + location.hash);
})();
