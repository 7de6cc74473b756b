// Runs before the first paint: a chosen theme does not flash, and the frame is that of the view that the address names.
(function () {
  const root = document.documentElement;
  if (!/^#?\/?(sessions|$)/.test(location.hash)) root.dataset.opening = "other";
  try {
    const chosen = localStorage.getItem("pivot.theme");
    if (chosen) root.dataset.theme = chosen;
  } catch {
    // Without storage the system's theme is used.
  }
})();
