// The page of a claimbench report. Whatever a model wrote is put in place as text, never as markup.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const { languages, words } = JSON.parse($("words").textContent);
  const codes = Object.keys(languages);
  const root = document.documentElement;

  // --- language and theme ---------------------------------------------------------------------

  const remember = (key, value) => { try { localStorage.setItem("claimbench-" + key, value); } catch { /* A file may have no storage. */ } };
  const recall = (key) => { try { return localStorage.getItem("claimbench-" + key); } catch { return null; } };
  const following = (code) => codes[(codes.indexOf(code) + 1) % codes.length];
  const listeners = [];

  function say(key, values = {}) {
    const texts = words[key];
    const text = texts ? texts[codes.indexOf(root.lang)] : key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  // The first language stands in the page; the others wait in attributes, where they differ.
  function switchTexts(prefix, language, read, write) {
    const waiting = codes.slice(1).map((code) => `[${prefix}${code}]`).join(",");
    const first = prefix + codes[0];
    for (const node of waiting ? document.querySelectorAll(waiting) : []) {
      if (!node.hasAttribute(first)) node.setAttribute(first, read(node));
      write(node, node.getAttribute(prefix + language) ?? node.getAttribute(first));
    }
  }

  function setLanguage(language) {
    root.lang = language;
    switchTexts("data-", language, (node) => node.textContent, (node, text) => { node.textContent = text; });
    switchTexts("data-label-", language, (node) => node.getAttribute("aria-label"), (node, text) => node.setAttribute("aria-label", text));
    const next = following(language);
    $("language").lang = next;
    $("language").textContent = languages[next];
    $("language").hidden = codes.length < 2;
    for (const listener of listeners) listener();
  }

  function firstLanguage() {
    const wanted = [recall("language"), codes[0] === "en" ? (navigator.language ?? "").split("-")[0] : null];
    return wanted.find((code) => codes.includes(code)) ?? codes[0];
  }

  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  function setTheme(theme) {
    if (theme) root.dataset.theme = theme;
    $("theme").setAttribute("aria-pressed", String(isDark()));
  }

  $("language").addEventListener("click", () => {
    const language = following(root.lang);
    setLanguage(language);
    remember("language", language);
  });
  $("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    setTheme(theme);
    remember("theme", theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme());

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

  for (const table of document.querySelectorAll("table.sortable")) {
    const bodies = [...table.tBodies];
    sortableHeads(table, (column, descending) => {
      table.append(...ordered(bodies, (body) => cellValue(body, column), descending));
    });
    const controls = document.querySelector(`[data-table="${table.id}"]`);
    if (!controls) continue;
    const filter = controls.querySelector("[data-filter]");
    const choice = controls.querySelector("[data-choose]");
    const status = controls.querySelector(".status");
    const show = () => {
      const wanted = filter.value.trim().toLowerCase().split(/\s+/);
      let shown = 0;
      for (const body of bodies) {
        const text = body.rows[0].textContent.toLowerCase();
        const fits = wanted.every((word) => text.includes(word)) && (!choice || !choice.value || body.dataset.verdict === choice.value);
        body.hidden = !fits;
        shown += fits;
      }
      status.textContent = say("shown_rows", { shown, all: bodies.length });
    };
    filter.addEventListener("input", show);
    if (choice) choice.addEventListener("change", show);
    listeners.push(show);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[aria-controls]");
    if (!button) return;
    const detail = $(button.getAttribute("aria-controls"));
    detail.hidden = !detail.hidden;
    button.setAttribute("aria-expanded", String(!detail.hidden));
  });

  // --- samples --------------------------------------------------------------------------------

  async function unpack(encoded) {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  const element = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // Text with what cannot be seen (escape sequences, direction overrides, lone surrogates) told by
  // its number. Joiners stay: emoji and several scripts need them.
  const HIDDEN = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu;
  function putText(node, text) {
    let from = 0;
    text = text.replaceAll("\r\n", "\n");
    for (const match of text.matchAll(HIDDEN)) {
      node.append(text.slice(from, match.index));
      const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      node.append(element("span", "control", "U+" + code));
      from = match.index + match[0].length;
    }
    node.append(text.slice(from));
    return node;
  }

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
      const wanted = $("sample-filter").value.trim().toLowerCase();
      const cell = $("sample-cell").value, outcome = $("sample-outcome").value, end = ended[$("sample-end").value];
      shown = sorted.filter((row) =>
        (!cell || row.cell === Number(cell)) && (!outcome || row.outcome === outcome) && end(row) &&
        (!wanted || row.problem[0].toLowerCase().includes(wanted) || (row.answer ?? "").toLowerCase().includes(wanted)));
      first = 0;
      draw();
    }

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
    }

    const turn = (step) => { first += step; draw(); table.closest("section").scrollIntoView(); };
    $("sample-previous").addEventListener("click", () => turn(-PAGE));
    $("sample-next").addEventListener("click", () => turn(PAGE));
    $("sample-filter").addEventListener("input", choose);
    for (const id of ["sample-cell", "sample-outcome", "sample-end"]) $(id).addEventListener("change", choose);
    sortableHeads(table, (column, descending) => { sorted = ordered(rows, values[column], descending); choose(); });

    // --- one sample ---------------------------------------------------------------------------

    const reader = $("reader"), body = $("reader-body");
    let open = -1;

    const titled = (key, node) => [element("h3", "", say(key)), node];
    const folded = (key, node, isOpen) => {
      const details = element("details");
      details.open = isOpen;
      details.append(element("summary", "", say(key)), node);
      return details;
    };

    function facts(row, text) {
      const list = element("dl", "facts");
      const add = (name, value) => { list.append(element("dt", "", name), value instanceof Node ? value : putText(element("dd"), String(value))); };
      const outcome = element("dd");
      outcome.append(outcomeOf(row));
      add(say("outcome"), outcome);
      add(say("answer"), row.answer ?? "–");
      if (text.reason) add(say("reason"), text.reason);
      add(say("tokens"), known(row.tokens) + (row.cut ? ` · ${say("length")}` : "") + (row.loop ? ` · ${say("loop")}` : ""));
      add(say("prompt_tokens"), known(text.prompt));
      if (text.seconds) add(say("seconds"), text.seconds);
      add(say("seed"), known(text.seed));
      return list;
    }

    function choices(problem, order) {
      const list = element("ol", "choices");
      for (const i of order) list.append(putText(element("li"), problem.choices[i] ?? "?"));
      return list;
    }

    async function openSample(place) {
      open = place;
      const row = shown[place];
      $("reader-title").replaceChildren();
      putText($("reader-title"), `${row.names[1]} · ${row.names[2]} · ${row.problem[0]} · ${say("sample")} ${row.turn}`);
      $("reader-previous").disabled = place === 0;
      $("reader-next").disabled = place === shown.length - 1;
      if (!reader.open) reader.showModal();
      const [samples, problems] = await Promise.all([block(row.number), block(row.problem[1])]);
      if (open !== place) return;
      const text = samples.s[row.place], problem = problems.p[row.problem[2]];
      const order = text.order.length ? text.order : problem.choices.map((_, i) => i);
      body.replaceChildren(
        facts(row, text),
        ...titled("question", putText(element("pre", "text"), problem.q)),
        ...(problem.choices.length ? titled("choices", choices(problem, order)) : []),
        ...titled("gold", putText(element("pre", "text"), problem.choices.length ? problem.choices[0] : problem.gold)),
        ...(text.reasoning ? [folded("reasoning", putText(element("pre", "text thought"), text.reasoning), true)] : []),
        ...titled("reply", text.reply === null ? element("p", "note", say("never_ended")) : putText(element("pre", "text reply"), text.reply)),
      );
      body.scrollTop = 0;
    }

    $("reader-close").addEventListener("click", () => reader.close());
    $("reader-previous").addEventListener("click", () => openSample(open - 1));
    $("reader-next").addEventListener("click", () => openSample(open + 1));
    reader.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" && open > 0) openSample(open - 1);
      if (event.key === "ArrowRight" && open < shown.length - 1) openSample(open + 1);
    });
    reader.addEventListener("click", (event) => { if (event.target === reader) reader.close(); });

    listeners.push(draw);
    draw();
    $("sample-list").hidden = false;
    root.dataset.samples = String(rows.length);
  }

  // --- begin ----------------------------------------------------------------------------------

  setTheme(recall("theme"));
  setLanguage(firstLanguage());
  if ($("index")) {
    $("sample-wait").textContent = say("loading");
    unpack($("index").textContent).then((index) => {
      sampleTable(index);
      setLanguage(root.lang);
      $("sample-wait").textContent = "";
    }).catch(() => { $("sample-wait").textContent = say("failed"); });
  }
})();
