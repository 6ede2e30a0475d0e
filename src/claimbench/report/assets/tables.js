  // --- sorting --------------------------------------------------------------------------------

  // Numbers before words, empty values last whichever way it is sorted.
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a.localeCompare(b, undefined, { numeric: true });
  }
  const isEmpty = (value) => value === "" || value === null || Number.isNaN(value);
  function ordered(items, value, descending) {
    const keyed = items.map((item, place) => ({ item, place, key: value(item) }));
    keyed.sort((a, b) => {
      if (isEmpty(a.key) || isEmpty(b.key)) return isEmpty(a.key) - isEmpty(b.key) || a.place - b.place;
      return (descending ? -compare(a.key, b.key) : compare(a.key, b.key)) || a.place - b.place;
    });
    return keyed.map(({ item }) => item);
  }

  // Calls `sort(column, descending)`; numbers start with the largest.
  function sortableHeads(table, sort) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (!("sort" in head.dataset)) return;
      head.setAttribute("aria-sort", "none");
      head.querySelector("button").addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const descending = before === "none" ? head.classList.contains("num") : before === "ascending";
        for (const other of heads) if ("sort" in other.dataset) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sort(column, descending);
      });
    });
  }

  // --- tables that are in the page --------------------------------------------------------------

  function cellValue(body, column) {
    const cell = body.rows[0].cells[column];
    const text = cell.dataset.v ?? cell.textContent.trim();
    return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  }

  // Of a long table the first rows are shown until all are asked for, and all are printed.
  const FIRST_ROWS = 50;
  const everything = [];

  for (const table of document.querySelectorAll("table.sortable")) {
    const bodies = [...table.tBodies];
    const controls = document.querySelector(`[data-table="${table.id}"]`);
    const filter = controls?.querySelector("[data-filter]");
    const choice = controls?.querySelector("[data-choose]");
    const more = document.createElement("button");
    more.type = "button";
    more.className = "button small more";
    table.parentElement.after(more);
    let whole = bodies.length <= FIRST_ROWS;

    const fits = (body, wanted) => {
      const text = body.rows[0].textContent.toLowerCase();
      return wanted.every((word) => text.includes(word)) && (!choice?.value || body.dataset.verdict === choice.value);
    };
    const show = () => {
      const wanted = (filter?.value ?? "").trim().toLowerCase().split(/\s+/);
      let found = 0;
      for (const body of table.tBodies) {
        const fit = fits(body, wanted);
        found += fit;
        body.hidden = !fit || (!whole && found > FIRST_ROWS);
      }
      if (controls) controls.querySelector(".status").textContent = say("shown_rows", { shown: found, all: bodies.length });
      more.hidden = whole || found <= FIRST_ROWS;
      more.textContent = say("all_rows", { all: found });
    };
    const showAll = () => { whole = true; show(); };
    more.addEventListener("click", showAll);
    everything.push(showAll);
    sortableHeads(table, (column, descending) => {
      table.append(...ordered(bodies, (body) => cellValue(body, column), descending));
      show();
    });
    filter?.addEventListener("input", show);
    choice?.addEventListener("change", show);
    listeners.push(show);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[aria-controls]");
    if (!button) return;
    const detail = $(button.getAttribute("aria-controls"));
    detail.hidden = !detail.hidden;
    button.setAttribute("aria-expanded", String(!detail.hidden));
  });

  // --- tables as cards, where there is no room ----------------------------------------------------

  // A cell then needs its heading beside it, and a table that is no grid any more its roles.
  const narrow = matchMedia("(max-width: 640px)");
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  function asCards(table) {
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
    for (const node of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
      const role = ROLES[node.tagName] ?? (node.scope === "row" ? "rowheader" : "columnheader");
      if (node.closest("table") === table) node.setAttribute("role", role);
    }
    for (const body of table.tBodies) for (const row of body.rows) {
      if (row.classList.contains("detail")) continue;
      [...row.cells].forEach((cell, column) => { cell.dataset.label = heads[column] ?? ""; });
    }
  }
  const layOut = () => { if (narrow.matches) document.querySelectorAll("table.cards").forEach(asCards); };
  listeners.push(layOut);
  narrow.addEventListener("change", layOut);

  // On paper everything that opens is open.
  addEventListener("beforeprint", () => {
    for (const showAll of everything) showAll();
    for (const details of document.querySelectorAll("details:not([open])")) { details.open = true; details.dataset.opened = ""; }
  });
  addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-opened]")) { details.open = false; delete details.dataset.opened; }
  });
