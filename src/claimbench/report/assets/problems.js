  // --- problem by problem -------------------------------------------------------------------------

  // A bar for each problem, its samples stacked by what became of them; of two runs the change of
  // its share. The picture is for pointing; the table below it says the same to everybody.
  const KINDS = ["right", "cut", "no-answer", "wrong", "ungraded"];

  function shape(name, attributes) {
    const node = document.createElementNS($("problem-bars").namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  // One path for each kind, however many problems there are.
  function bars(rows, height, partsOf) {
    const paths = {};
    rows.forEach((row, x) => {
      for (const [kind, top, size] of partsOf(row)) {
        if (size > 0) paths[kind] = (paths[kind] ?? "") + `M${x} ${top * height}h.86v${size * height}h-.86z`;
      }
    });
    return Object.entries(paths).map(([kind, d]) => shape("path", { d, class: "bar " + kind }));
  }

  function stacked(row) {
    const all = row.counts.reduce((a, b) => a + b, 0);
    let top = 1;
    return row.counts.map((count, i) => { top -= count / all; return [KINDS[i], top, count / all]; });
  }

  const changed = (row) => [row.change > 0
    ? ["better", 0.5 - row.change / 200, row.change / 200]
    : ["worse", 0.5, -row.change / 200]];

  function problemRows(data, cell) {
    return cell.counts.map((counts, i) => {
      const id = data.names[cell.ids][i];
      if (cell.reference) {
        const [right, all, before, of] = counts;
        return { id, right, all, before, of, share: right / all, was: before / of, change: 100 * (right / all - before / of) };
      }
      const all = counts.reduce((a, b) => a + b, 0);
      return { id, counts, all, right: counts[0], share: all ? counts[0] / all : null, cut: counts[1], none: counts[2], tokens: cell.tokens[i] };
    });
  }

  function problemView(data, readProblem) {
    const PAGE = 20;
    const cells = [...data.pairs, ...data.cells];
    const select = $("problem-cell"), svg = $("problem-bars"), legend = $("problem-legend");
    const tables = { pair: $("pair-table"), alone: $("problem-table") };
    const manyRuns = new Set(data.cells.map((cell) => cell.of[0])).size > 1;
    let cell = cells[0], rows = [], first = 0;

    const named = (of) => of.slice(manyRuns ? 0 : 1).join(" · ");
    cells.forEach((one, i) => {
      const node = element("option", "", "");
      node.value = i;
      select.append(node);
    });
    const share = (right, all) => say("of", { right, all });
    const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(value).toFixed(1);
    const columns = {
      alone: [(row) => row.id, (row) => row.share, (row) => row.cut, (row) => row.none, (row) => row.tokens],
      pair: [(row) => row.id, (row) => row.was, (row) => row.share, (row) => row.change],
    };
    const texts = {
      alone: (row) => [share(row.right, row.all), row.cut, row.none, row.tokens ?? say("unknown")],
      pair: (row) => [share(row.before, row.of), share(row.right, row.all), signed(row.change)],
    };
    const kind = () => (cell.reference ? "pair" : "alone");

    function line(row) {
      const node = element("tr");
      const name = putText(element("th", "mono"), row.id);
      name.scope = "row";
      node.append(name, ...texts[kind()](row).map((text) => element("td", "num", String(text))));
      if (readProblem) {
        const button = element("button", "button small", say("open"));
        button.type = "button";
        button.setAttribute("aria-label", `${say("open")}: ${row.id}`);
        button.addEventListener("click", () => readProblem(cell.of, row.id));
        const last = element("td");
        last.append(button);
        node.append(last);
      }
      return node;
    }

    function drawRows() {
      const table = tables[kind()], page = rows.slice(first, first + PAGE);
      table.tBodies[0].replaceChildren(...page.map(line));
      for (const one of Object.values(tables)) one.parentElement.hidden = one !== table;
      $("problem-previous").disabled = first === 0;
      $("problem-next").disabled = first + PAGE >= rows.length;
      $("problem-status").textContent = say("problems_range", { from: first + 1, to: first + page.length, all: rows.length });
      if (narrow.matches) asCards(table);
    }

    function drawStrip() {
      const pair = kind() === "pair", HEIGHT = 100;
      const title = $("problem-bars-title");
      svg.setAttribute("viewBox", `0 0 ${Math.max(rows.length, 1)} ${HEIGHT}`);
      title.textContent = (pair
        ? say("pairs", { all: rows.length, better: rows.filter((row) => row.change > 0).length, worse: rows.filter((row) => row.change < 0).length })
        : say("strip", { all: rows.length, solved: rows.filter((row) => row.share === 1).length, never: rows.filter((row) => row.share === 0).length }));
      svg.replaceChildren(title, ...bars(rows, HEIGHT, pair ? changed : stacked));
      if (pair) svg.append(shape("path", { d: `M0 50H${rows.length}`, class: "axis", "vector-effect": "non-scaling-stroke" }));
      const shown = pair ? ["better", "worse"] : KINDS.filter((_, i) => rows.some((row) => row.counts[i]));
      legend.replaceChildren(...shown.map((name) => {
        const item = element("li");
        const key = element("i", "key box " + name);
        key.setAttribute("aria-hidden", "true");
        item.append(key, element("span", "", say(name.replace("-", "_"))));
        return item;
      }));
    }

    const saidOf = (row) => (cell.reference
      ? say("pair_said", { problem: row.id, before: share(row.before, row.of), after: share(row.right, row.all) })
      : say("problem_said", { problem: row.id, right: row.right, all: row.all }));

    function draw() {
      [...select.options].forEach((node, i) => {
        const one = cells[i];
        node.textContent = one.reference ? `${named(one.of)} ${say("against")} ${named(one.reference)}` : named(one.of);
      });
      drawStrip();
      drawRows();
    }
    function choose() {
      cell = cells[Number(select.value || 0)];
      rows = problemRows(data, cell);
      if (cell.reference) rows = ordered(rows, (row) => row.change, false);
      for (const head of document.querySelectorAll("#problem-table [aria-sort], #pair-table [aria-sort]")) head.setAttribute("aria-sort", "none");
      first = 0;
      draw();
    }
    const at = (event) => rows[Math.floor((event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width * rows.length)];
    svg.addEventListener("pointermove", (event) => { const row = at(event); if (row) point(svg, saidOf(row), event.clientX); });
    svg.addEventListener("pointerleave", () => point(null));
    if (readProblem) svg.addEventListener("click", (event) => { const row = at(event); if (row) readProblem(cell.of, row.id); });
    for (const [name, table] of Object.entries(tables)) {
      sortableHeads(table, (column, descending) => { rows = ordered(rows, columns[name][column], descending); first = 0; draw(); });
    }
    select.addEventListener("change", choose);
    $("problem-previous").addEventListener("click", () => { first -= PAGE; drawRows(); });
    $("problem-next").addEventListener("click", () => { first += PAGE; drawRows(); });
    $("problem-view").hidden = false;
    choose();
    listeners.push(draw);
  }

