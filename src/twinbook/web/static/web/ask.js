// Requests of scripts to our own pages. A refusal, an ended session or a lost network is an answer, not an exception:
// { ok, status, body: { code, message, hint, field? , …} }; status 0: the network or the server did not answer.

import { t } from "./words.js";

export async function ask(method, address, body = undefined, { signal, keepalive = false } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      signal,
      keepalive,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return {
      ok: false,
      status: 0,
      body: {
        code: "network",
        message: t("Twinbook cannot be reached just now."),
        hint: t("What you typed stays here; it is sent once the connection is back."),
      },
    };
  }
  return { ok: answer.ok, status: answer.status, body: await bodyOf(answer) };
}

async function bodyOf(answer) {
  if (answer.status === 204) return {};
  try {
    return await answer.json();
  } catch {
    return { code: "unexpected", message: t("Twinbook gave an unexpected answer."), hint: t("Reload the page.") };
  }
}

function csrfToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}
