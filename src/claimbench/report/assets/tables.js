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
    const heads = [...table.tHead.rows[0].cells].filter((head) => "sort" in head.dataset);
    function sortBy(head, descending) {
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(head.cellIndex, descending);
    }
    const begins = (head) => head.classList.contains("num");
    for (const head of heads) {
      head.setAttribute("aria-sort", "none");
      head.querySelector("button").addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        sortBy(head, before === "none" ? begins(head) : before === "ascending");
      });
    }
    const single = table.classList.contains("sortable") && table.tBodies.length < 2;
    if (heads.length > 0 && !single) sortControl(table, heads, begins, sortBy);
  }

  // Where a table becomes cards its heads are gone: a list of them takes their place there.
  function sortControl(table, heads, begins, sortBy) {
    const [bar, label, caption, select, turn] = ["div", "label", "span", "select", "button"].map((name) => document.createElement(name));
    bar.className = "sorts";
    turn.type = "button";
    turn.className = "button";
    label.append(caption, select);
    bar.append(label, turn);
    table.parentElement.before(bar);
    select.append(...[null, ...heads].map(() => document.createElement("option")));
    const sorted = () => heads.findIndex((head) => head.getAttribute("aria-sort") !== "none");
    function draw() {
      const place = sorted(), up = heads[place]?.getAttribute("aria-sort") === "ascending";
      caption.textContent = say("sort_by");
      [...select.options].forEach((option, i) => { option.value = i; option.textContent = i ? heads[i - 1].textContent.trim() : "–"; });
      select.value = place + 1;
      turn.hidden = place < 0;
      turn.textContent = say(up ? "ascending" : "descending");
    }
    select.addEventListener("change", () => { const head = heads[select.value - 1]; if (head) sortBy(head, begins(head)); });
    turn.addEventListener("click", () => { const head = heads[sorted()]; sortBy(head, head.getAttribute("aria-sort") === "ascending"); });
    new MutationObserver(draw).observe(table.tHead, { attributes: true, attributeFilter: ["aria-sort"], subtree: true });
    listeners.push(draw);
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
    table.classList.add("counted");
  }

  // What a row of a long table opens to waits in a <template>, where it costs no style and no
  // layout, until it is read. A table of settings that many rows open to is in the page once, and
  // copied.
  function build(detail) {
    const kept = detail.querySelector("template.kept");
    if (!kept) return;
    const built = kept.content;
    for (const place of built.querySelectorAll("[data-settings]")) {
      place.replaceWith($("settings-" + place.dataset.settings).content.cloneNode(true));
    }
    switchWords(built, root.lang);
    kept.replaceWith(built);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[aria-controls]");
    if (!button) return;
    const detail = $(button.getAttribute("aria-controls"));
    build(detail);
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
