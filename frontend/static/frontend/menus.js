// A menu of the bar closes as menus do: at Escape, and where a person goes on elsewhere.
(() => {
  "use strict";
  const close = (menu) => {
    if (menu) menu.open = false;
  };

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".menu[open]");
    if (event.key !== "Escape" || !menu) return;
    close(menu);
    menu.querySelector("summary").focus();
  });

  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const menu = document.querySelector(".menu[open]");
      if (!menu?.contains(event.target)) close(menu);
    });
  }
})();
