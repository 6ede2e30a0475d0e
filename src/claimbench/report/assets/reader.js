    // --- one sample ---------------------------------------------------------------------------

    const reader = $("reader"), body = $("reader-body"), raw = $("reader-raw");
    let open = -1, byAddress = false;

    const titled = (key, node) => [element("h3", "", say(key)), node];
    const folded = (key, detail, node) => {
      const details = element("details");
      const summary = element("summary", "", say(key) + (detail ? ` · ${detail}` : ""));
      details.append(summary, node);
      return details;
    };
    const isRaw = () => raw.getAttribute("aria-pressed") === "true";
    const written = (text, className) => (isRaw() ? putText : putWithFormulas)(element("pre", className ?? "text"), text);
    const characters = (text) => say("characters", { count: text.length.toLocaleString(root.lang) });

    // The address of a sample: what it is of, and which one.
    const addressOf = (row) => "#sample=" + [...row.names, row.problem[0], row.turn].map((part) => encodeURIComponent(String(part).toWellFormed?.() ?? part)).join("/");
    function openAddress() {
      if (!location.hash.startsWith("#sample=")) return;
      const place = sorted.findIndex((row) => addressOf(row) === location.hash);
      if (place < 0) return;
      if (shown[open] && reader.open && addressOf(shown[open]) === location.hash) return;
      shown = sorted;
      byAddress = true;
      openSample(place);
    }

    function facts(row, text) {
      const list = element("dl", "facts");
      const add = (name, value) => { list.append(element("dt", "", name), value instanceof Node ? value : putText(element("dd"), String(value))); };
      const outcome = element("dd");
      outcome.append(outcomeOf(row));
      add(say("outcome"), outcome);
      add(say("answer"), row.answer ?? "–");
      if (text.reason) add(say("reason"), sayReason(text.reason));
      const rule = "rule_" + index.rules[row.cell];
      add(say("rule"), index.rules[row.cell] + (words[rule] ? `: ${say(rule)}` : ""));
      add(say("tokens"), known(row.tokens) + (row.cut ? ` · ${say("length")}` : "") + (row.loop ? ` · ${say("loop")}` : ""));
      if (text.seconds) add(say("seconds"), text.seconds);
      add(say("seed"), known(text.seed));
      return list;
    }

    // What a grader's reason, with those inside it, says by the names of its values.
    function named(reason, found = {}) {
      if (reason === null || typeof reason !== "object") return found;
      for (const [name, value] of Object.entries(reason.values ?? {})) {
        if (value !== null && typeof value === "object") named(value, found);
        else found[name] ??= value;
      }
      return found;
    }

    // Test by test: those before the first that fails have passed, those behind it were not judged.
    const MOST_TESTS = 400;
    function tests(reason) {
      const { test, count, input, expected, got } = named(reason);
      if (!(count > 0)) return [];
      const passed = test ? test - 1 : count;
      const parts = [["passed", passed], ["failed", test ? 1 : 0], ["unjudged", test ? count - test : 0]];
      const strip = element("div", "tests");
      strip.setAttribute("aria-hidden", "true");
      if (count <= MOST_TESTS) for (const [kind, size] of parts) for (let i = 0; i < size; i++) strip.append(element("i", kind));
      const shown = element("dl", "facts");
      for (const [name, value] of Object.entries({ input, expected, got })) {
        if (value !== undefined) shown.append(element("dt", "", say("test_" + name)), putText(element("dd", "mono"), String(value)));
      }
      const line = element("p", "", say("tests_said", Object.fromEntries(parts)) + (test ? ` ${say("first_failing", { test, count })}` : ""));
      return [element("h3", "", say("tests")), line, strip, shown];
    }

    function choices(problem, order) {
      const list = element("ol", "choices");
      for (const i of order) list.append(putText(element("li"), problem.choices[i] ?? "?"));
      return list;
    }

    // Template and special tokens included; the frame is what all prompts of a cell share.
    function promptOf(row, text, middle) {
      const tokens = text.prompt === null ? "" : `${text.prompt} ${say("prompt_tokens")}`;
      if (middle === undefined) return folded("prompt", tokens, element("p", "note", say("prompt_unknown")));
      const [head, tail] = index.frames[row.cell];
      return folded("prompt", tokens, putPrompt(element("pre", "text prompt"), head + middle + tail));
    }

    async function openSample(place) {
      open = place;
      const row = shown[place];
      $("reader-title").replaceChildren();
      putText($("reader-title"), `${row.names[1]} · ${row.names[2]} · ${row.problem[0]} · ${say("sample")} ${row.turn}`);
      $("reader-previous").disabled = place === 0;
      $("reader-next").disabled = place === shown.length - 1;
      $("reader-link").href = addressOf(row);
      history.replaceState(null, "", addressOf(row));
      if (!reader.open) reader.showModal();
      const [samples, problems, prompts] = await Promise.all([block(row.number), block(row.problem[1]), row.sent ? block(row.sent[0]) : null]);
      if (open !== place) return;
      const text = samples.s[row.place], problem = problems.p[row.problem[2]];
      const order = text.order.length ? text.order : problem.choices.map((_, i) => i);
      body.replaceChildren(
        facts(row, text),
        promptOf(row, text, prompts?.m[row.sent[1]]),
        ...titled("question", written(problem.q)),
        ...(problem.choices.length ? titled("choices", choices(problem, order)) : []),
        ...titled("gold", written(problem.choices.length ? problem.choices[0] : problem.gold)),
        ...(text.reasoning ? [folded("reasoning", characters(text.reasoning), written(text.reasoning, "text thought"))] : []),
        ...titled("reply", text.reply === null ? element("p", "note", say("never_ended")) : written(text.reply, "text reply")),
        ...tests(text.reason),
        ...(text.program ? titled("program", putText(element("pre", "text program"), text.program)) : []),
      );
      body.scrollTop = 0;
    }

    raw.addEventListener("click", () => { raw.setAttribute("aria-pressed", String(!isRaw())); openSample(open); });
    $("reader-close").addEventListener("click", () => reader.close());
    $("reader-previous").addEventListener("click", () => openSample(open - 1));
    $("reader-next").addEventListener("click", () => openSample(open + 1));
    reader.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" && open > 0) openSample(open - 1);
      if (event.key === "ArrowRight" && open < shown.length - 1) openSample(open + 1);
    });
    reader.addEventListener("click", (event) => { if (event.target === reader) reader.close(); });
    reader.addEventListener("close", () => { 
      history.replaceState(null, "", "#samples");
      if (byAddress) choose();  // The rows that are listed are those that are chosen again.
      byAddress = false;
    });
    addEventListener("hashchange", openAddress);

    listeners.push(draw);
    draw();
    $("sample-list").hidden = false;
    root.dataset.samples = String(rows.length);
    openAddress();
    return readProblem;
  }
