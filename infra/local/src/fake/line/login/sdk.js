// A stand-in of the LIFF SDK for a fake LINE: a page that is written for the real one works, only this file's address differs.
// It calls nothing by itself: it reads the tokens that the fake put into the address, and goes to the fake's pages.
(() => {
  "use strict";
  const own = document.currentScript || document.querySelector('script[src*="/liff/sdk.js"]');
  const line = new URL(own.src, location.href).origin;
  let liffId = null;
  let tokens = null;
  let ready;

  const failure = (code, message) => Object.assign(new Error(message), { code });
  const key = () => `LIFF_STORE:${liffId}`;
  const must = () => {
    if (!liffId) throw failure("FORBIDDEN", "liff.init() has not been called");
  };

  // The tokens of this address, once; else those that an earlier page of this tab kept.
  const takeTokens = () => {
    const fragment = new URLSearchParams(location.hash.slice(1));
    if (!fragment.has("access_token")) {
      return JSON.parse(sessionStorage.getItem(key()) || "null");
    }
    const found = Object.fromEntries(fragment);
    sessionStorage.setItem(key(), JSON.stringify(found));
    history.replaceState(history.state, "", location.pathname + location.search);
    return found;
  };

  // The address behind the primary one: path and query of `liff.state` added to the endpoint's.
  const secondary = (state) => {
    const url = new URL(location.href);
    const beyond = new URL(state, "https://beyond.invalid");
    url.searchParams.delete("liff.state");
    if (beyond.pathname !== "/") url.pathname = url.pathname.replace(/\/$/, "") + beyond.pathname;
    beyond.searchParams.forEach((value, name) => url.searchParams.append(name, value));
    url.hash = beyond.hash;
    return url.href;
  };

  const claims = () => {
    if (!tokens || !tokens.id_token) return null;
    const part = tokens.id_token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  };

  const liff = {
    id: null,
    ready: new Promise((resolve) => { ready = resolve; }),
    init(config, done, failed) {
      const work = new Promise((resolve, reject) => {
        if (!config || !config.liffId) {
          return reject(failure("INVALID_CONFIG", "liffId is necessary for liff.init()"));
        }
        liff.id = liffId = config.liffId;
        tokens = takeTokens();
        const state = new URLSearchParams(location.search).get("liff.state");
        if (state !== null) return location.replace(secondary(state));
        if (!tokens && config.withLoginOnExternalBrowser) return liff.login();
        ready();
        return resolve();
      });
      if (done || failed) work.then(done, failed);
      return work;
    },
    isLoggedIn: () => { must(); return tokens !== null; },
    isInClient: () => tokens !== null && tokens.client === "line",
    login(options) {
      must();
      const back = options && options.redirectUri;
      const query = back ? `?redirect_uri=${encodeURIComponent(back)}` : "";
      location.assign(`${line}/liff-login/${encodeURIComponent(liffId)}${query}`);
    },
    logout() { must(); sessionStorage.removeItem(key()); tokens = null; },
    getIDToken: () => { must(); return (tokens && tokens.id_token) || null; },
    getDecodedIDToken: () => { must(); return claims(); },
    getAccessToken: () => { must(); return tokens && tokens.access_token; },
    getProfile: async () => {
      const known = claims();
      if (!known) throw failure("UNAUTHORIZED", "There is no ID token");
      return { userId: known.sub, displayName: known.name, pictureUrl: known.picture };
    },
    getOS: () => "web",
    getLineVersion: () => null,
    openWindow({ url }) { window.open(url, "_blank"); },
    closeWindow() {
      if (liff.isInClient()) location.replace(`${line}/liff-closed`);
      else window.close();
    },
  };
  window.liff = liff;
})();
