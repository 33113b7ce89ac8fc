// The page's policy allows no inline script, so the one line that starts ReDoc lives here.
const options = JSON.parse(document.getElementById("redoc-settings").textContent);
Redoc.init(options.url, {}, document.getElementById("redoc"));
