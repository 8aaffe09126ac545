// Runs before Streamlit's own scripts. Once the server refuses a request for want of a session,
// the page is left for the sign-in page, which remembers where to come back to.
(() => {
  const ask = window.fetch.bind(window);
  let hasLeft = false;

  function leave() {
    if (hasLeft) return;
    hasLeft = true;
    const next = encodeURIComponent(location.pathname + location.search);
    location.replace(`/sign-in?next=${next}&ended=1`);
  }

  window.fetch = async (...given) => {
    const answer = await ask(...given);
    if (answer.status === 401 && new URL(answer.url).origin === location.origin) leave();
    return answer;
  };

  // A page that the browser kept, shown again by its back button, asks whether it still may.
  window.addEventListener("pageshow", (shown) => {
    if (shown.persisted) window.fetch("/_stcore/health").catch(() => {});
  });
})();
