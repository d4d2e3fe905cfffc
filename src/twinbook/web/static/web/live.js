// Live events with a fallback: an event stream while the page is visible, polling where streams do not get through.
//
//   const stop = follow({ live, now, on: { sync: (data) => …, cells: …, run: … }, state: (word) => … });
//
// `live`: address of the stream; `now`: address that answers the same events once, as { events: [{ event, data }] }.
// `state` hears "open", "lost" (it is tried again) and "signed_out" (it is not).
// Hidden tabs hold no stream: a browser allows six connections to a server, and teachers keep many tabs.

import { ask } from "./ask.js";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const POLL_MS = 3000; // where streams do not get through
const QUIET_MS = 45000; // the server says something every 15 s

export function follow({ live, now, on, state = () => {} }) {
  let source = null;
  let timer = 0;
  let watchdog = 0;
  let pause = FIRST_PAUSE_MS;
  let ended = false;

  const tell = (event, data) => on[event]?.(data);

  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, QUIET_MS);
  };

  const close = () => {
    clearTimeout(timer);
    clearTimeout(watchdog);
    source?.close();
    source = null;
  };

  const lost = () => {
    close();
    timer = setTimeout(poll, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  };

  const open = () => {
    if (ended || source || document.hidden) return;
    source = new EventSource(live);
    source.addEventListener("open", () => {
      pause = FIRST_PAUSE_MS;
      heard();
      state("open");
    });
    source.addEventListener("beat", heard);
    source.addEventListener("end", () => stop());
    for (const event of Object.keys(on)) {
      source.addEventListener(event, (message) => {
        heard();
        tell(event, JSON.parse(message.data));
      });
    }
    source.addEventListener("error", lost);
  };

  const poll = async () => {
    if (ended || document.hidden) return;
    const answer = await ask("GET", now);
    if (ended) return;
    if (answer.status === 401 || answer.status === 404 || answer.status === 403) {
      stop();
      state("signed_out");
      return;
    }
    if (!answer.ok) {
      state("lost");
      timer = setTimeout(poll, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      return;
    }
    pause = Math.min(pause, POLL_MS);
    for (const { event, data } of answer.body.events) tell(event, data);
    state("open");
    open();
  };

  const seen = () => {
    if (document.hidden) close();
    else open();
  };

  const stop = () => {
    ended = true;
    close();
    document.removeEventListener("visibilitychange", seen);
  };

  document.addEventListener("visibilitychange", seen);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", seen);
  open();
  return stop;
}
