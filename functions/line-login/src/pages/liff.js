(function () {
  "use strict";
  var data = document.getElementById("login").dataset;
  var heading = document.querySelector("h1");
  var title = heading.textContent;
  function show(failed) {
    document.getElementById("busy").hidden = failed;
    document.getElementById("failed").hidden = !failed;
    heading.textContent = failed ? data.failed : title;
  }
  function fail() {
    show(true);
  }
  /* Parameters of a LIFF URL are in the address only after init. */
  function route() {
    return new URLSearchParams(location.search).get("route") || data.route || null;
  }
  function logIn() {
    var name = route();
    var back = location.origin + location.pathname;
    liff.login({ redirectUri: name ? back + "?route=" + encodeURIComponent(name) : back });
  }
  document.getElementById("again").addEventListener("click", function () {
    show(false);
    try {
      /* A kept login may be too old for the server; begin with a new one. */
      if (!liff.isInClient() && liff.isLoggedIn()) {
        liff.logout();
        return logIn();
      }
    } catch (_) {
      /* Never initialised: loading the page again is all that helps. */
    }
    location.reload();
  });
  if (!window.liff) {
    return fail();
  }
  liff
    .init({ liffId: data.liffId })
    .then(function () {
      if (!liff.isLoggedIn()) {
        return logIn();
      }
      var token = liff.getIDToken();
      if (!token) {
        return fail();
      }
      return fetch(location.pathname, {
        method: "POST",
        credentials: "same-origin",
        redirect: "error",
        headers: { "content-type": "application/json", "x-musubi-login": "1" },
        body: JSON.stringify({ id_token: token, route: route() })
      })
        .then(function (answer) {
          return answer.ok ? answer.json() : Promise.reject();
        })
        .then(function (answer) {
          return typeof answer.redirect === "string" ? location.replace(answer.redirect) : fail();
        });
    })
    .catch(fail);
})();
