  // --- begin ----------------------------------------------------------------------------------

  setTheme(recall("theme"));
  setLanguage(firstLanguage());

  async function begin() {
    let readProblem = null;
    if ($("index")) {
      $("sample-wait").textContent = say("loading");
      readProblem = sampleTable(await unpack($("index").textContent));
      setLanguage(root.lang);
      $("sample-wait").textContent = "";
    }
    if ($("problem-data")) problemView(await unpack($("problem-data").textContent), readProblem);
    root.dataset.ready = "";
  }
  begin().catch(() => { const wait = $("sample-wait"); if (wait) wait.textContent = say("failed"); });
