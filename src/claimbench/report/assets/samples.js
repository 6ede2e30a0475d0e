  function sampleTable(index) {
    const PAGE = 50;
    const blocks = [...document.querySelectorAll("script.block")];
    const unpacked = new Map();
    const block = (number) => {
      if (!unpacked.has(number)) unpacked.set(number, unpack(blocks[number].textContent));
      return unpacked.get(number);
    };
    const rows = index.rows.map(([cell, problem, turn, outcome, answer, tokens, cut, loop, number, place]) => ({
      cell, turn, outcome, answer, tokens, cut, loop, number, place,
      problem: index.problems[problem], names: index.cells[cell],
    }));
    index.sent.forEach((prompt, i) => { rows[i].sent = prompt === null ? null : index.prompts[prompt]; });
    // The samples whose texts hold what is searched for; null where only names are searched.
    let found = null, only = null;
    const table = $("sample-table");
    const many = table.tHead.rows[0].cells.length === 10;
    const values = [
      ...(many ? [(row) => row.names[0]] : []),
      (row) => row.names[1], (row) => row.names[2], (row) => row.problem[0], (row) => row.turn,
      (row) => row.outcome, (row) => row.answer ?? "", (row) => row.tokens, (row) => (row.cut === null ? null : 2 * row.loop + row.cut),
    ];
    let sorted = rows;
    let shown = rows;
    let first = 0;

    const option = (select, value, text, key) => {
      const node = element("option", "", text);
      node.value = value;
      if (key && words[key]) codes.forEach((code, i) => node.setAttribute("data-" + code, words[key][i]));
      select.append(node);
    };
    index.cells.forEach((names, i) => option($("sample-cell"), i, names.slice(many ? 0 : 1).join(" · ")));
    for (const outcome of new Set(rows.map((row) => row.outcome))) option($("sample-outcome"), outcome, outcome, outcome);
    for (const end of ["stop", "length", "loop", "unknown"]) option($("sample-end"), end, end, end);

    const ended = { "": () => true, stop: (row) => row.cut === 0, length: (row) => row.cut, loop: (row) => row.loop, unknown: (row) => row.cut === null };
    const endOf = (row) => (row.cut === null ? "unknown" : row.cut ? "length" : "stop");
    const known = (value) => value ?? say("unknown");

    function choose() {
      const wanted = found ? "" : $("sample-filter").value.trim().toLowerCase();
      const cell = $("sample-cell").value, outcome = $("sample-outcome").value, end = ended[$("sample-end").value];
      shown = sorted.filter((row) =>
        (!found || found.has(row)) && (only === null || row.problem[0] === only) &&
        (!cell || row.cell === Number(cell)) && (!outcome || row.outcome === outcome) && end(row) &&
        (!wanted || row.problem[0].toLowerCase().includes(wanted) || (row.answer ?? "").toLowerCase().includes(wanted)));
      first = 0;
      $("sample-only").hidden = only === null;
      if (only !== null) $("sample-only").textContent = say("only", { problem: only });
      draw();
    }

    // Texts are unpacked a block at a time and let go again; typing on begins anew.
    let search = 0;
    async function lookInside() {
      const wanted = $("sample-filter").value.trim().toLowerCase(), mine = ++search;
      found = null;
      if (!$("sample-deep").checked || !wanted) return choose();
      const hits = new Set(), byBlock = new Map();
      for (const row of rows) byBlock.set(row.number, [...(byBlock.get(row.number) ?? []), row]);
      let part = 0;
      for (const [number, own] of byBlock) {
        const content = await unpack(blocks[number].textContent);
        if (mine !== search) return undefined;
        for (const row of own) {
          const text = content.s[row.place];
          if ([text.reply, text.reasoning, sayReason(text.reason), row.problem[0], row.answer].some((one) => one?.toLowerCase().includes(wanted))) hits.add(row);
        }
        $("sample-status").textContent = say("searching", { part: ++part, all: byBlock.size });
      }
      found = hits;
      return choose();
    }

    // From a problem's bar or row to its samples.
    function readProblem(names, problem) {
      for (const id of ["sample-outcome", "sample-end", "sample-filter"]) $(id).value = "";
      const cell = index.cells.findIndex((own) => own.every((name, i) => name === names[i]));
      $("sample-cell").value = cell < 0 ? "" : String(cell);
      [found, only] = [null, problem];
      choose();
      $("samples").scrollIntoView();
      table.querySelector("tbody button")?.focus({ preventScroll: true });
    }
    $("sample-only").addEventListener("click", () => { only = null; choose(); });

    function outcomeOf(row) {
      const node = element("span", "outcome " + row.outcome.replace(/\W/g, ""), say(row.outcome));
      return node;
    }

    function drawRow(row, place) {
      const line = element("tr");
      if (many) line.append(putText(element("td"), row.names[0]));
      line.append(putText(element("td"), row.names[1]), putText(element("td"), row.names[2]));
      const problem = putText(element("th", "mono"), row.problem[0]);
      problem.scope = "row";
      const outcome = element("td");
      outcome.append(outcomeOf(row));
      const answer = element("td");
      answer.append(row.answer === null ? "–" : putText(element("div", "answer mono"), row.answer.replaceAll("\n", " ")));
      const end = element("td", "", say(endOf(row)));
      if (row.loop) end.append(element("span", "tag", say("loop")));
      const button = element("button", "button small", say("open"));
      button.type = "button";
      button.setAttribute("aria-label", `${say("open")}: ${row.problem[0]}, ${say("sample")} ${row.turn}`);
      button.addEventListener("click", () => openSample(place));
      const last = element("td");
      last.append(button);
      line.append(problem, element("td", "num", row.turn), outcome, answer, element("td", "num", known(row.tokens)), end, last);
      return line;
    }

    function draw() {
      const page = shown.slice(first, first + PAGE);
      table.tBodies[0].replaceChildren(...page.map((row, i) => drawRow(row, first + i)));
      $("sample-previous").disabled = first === 0;
      $("sample-next").disabled = first + PAGE >= shown.length;
      $("sample-status").textContent = shown.length
        ? say("rows_range", { from: first + 1, to: first + page.length, all: shown.length })
        : say("nothing");
      if (narrow.matches) asCards(table);
    }

    const turn = (step) => { first += step; draw(); table.closest("section").scrollIntoView(); };
    $("sample-previous").addEventListener("click", () => turn(-PAGE));
    $("sample-next").addEventListener("click", () => turn(PAGE));
    $("sample-filter").addEventListener("input", lookInside);
    $("sample-deep").addEventListener("change", lookInside);
    for (const id of ["sample-cell", "sample-outcome", "sample-end"]) $(id).addEventListener("change", choose);
    sortableHeads(table, (column, descending) => { sorted = ordered(rows, values[column], descending); choose(); });
