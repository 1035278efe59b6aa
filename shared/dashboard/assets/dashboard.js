// Better with it, not needed: asks now and then whether the page has news, and shows them.
"use strict";
(() => {
  const EVERY = 15000;
  const main = document.getElementById("main");
  const live = document.getElementById("live");
  if (!main || !live || !document.body.dataset.version) return;
  let version = document.body.dataset.version;
  let waiting = null;

  const say = (text) => { live.textContent = text; };

  // Somebody who reads by keyboard, writes into a form or has marked text must not lose the place.
  const busy = () => {
    const at = document.activeElement;
    const marked = document.getSelection();
    return (at && at !== main && main.contains(at)) || (marked && !marked.isCollapsed);
  };

  const show = () => {
    const fresh = waiting;
    waiting = null;
    main.replaceChildren(...Array.from(fresh.getElementById("main").childNodes, (node) => document.adoptNode(node)));
    version = fresh.body.dataset.version;
    say("Updated.");
  };

  const offer = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "News: show them";
    button.addEventListener("click", show);
    live.replaceChildren(button);
  };

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, {
        headers: { "If-None-Match": `"${version}"` }, cache: "no-store", redirect: "error",
      });
      if (answer.status === 304) { if (!waiting) say(""); return; }
      if (!answer.ok) { say("News could not be read: reload the page to see why."); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!fresh.getElementById("main") || fresh.body.dataset.version === version) return;
      waiting = fresh;
      if (busy()) offer(); else show();
    } catch {
      say("News could not be read: is riposte dashboard still running?");
    }
  };

  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
