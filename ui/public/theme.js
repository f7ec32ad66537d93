// Before the first paint, so that a page that was chosen to be dark does not flash.
const chosen = localStorage.getItem("assay.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
