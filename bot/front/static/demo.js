// The demo shop's product page. Its products change without a new page, as in single-page shops: the widget is told.
const $ = (id) => document.getElementById(id);
const lang = document.documentElement.lang === "en" ? "en" : "zh";
const [words, { products, offer, shop }] = await Promise.all(
  ["static/front/demo.json", "demo/products"].map((address) => fetch(address).then((answer) => answer.json())));
const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[key]?.[lang] ?? "");
const address = (product, language = lang) => `?lang=${language}&product=${product}`;

function named(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function show(id) {
  const product = products.find((one) => one.id === id) ?? products[0], list = lang === "zh" ? "、" : ", ";
  document.title = `${product.name[lang]} · ${shop[lang]}`;
  $("name").textContent = product.name[lang];
  $("line").textContent = say(product.id);
  $("price").textContent = product.price;
  $("offer").textContent = say("offer", offer);
  $("photo").replaceChildren($(`photo-${product.id}`).content.cloneNode(true));
  const rows = [[say("colours"), product.colours.map((name) => name[lang]).join(list)], [say("sizes"), product.sizes.join(list)],
    ...product.specs.map(({ name, value }) => [name[lang], value[lang]])].filter(([, value]) => value);
  $("specs").replaceChildren(...rows.slice(0, 7).flatMap(([name, value]) => [named("dt", name), named("dd", value)]));
  $("bought").textContent = "";
  $("language").href = address(product.id, $("language").hreflang);
  for (const link of $("products").children) {
    if (link.dataset.id === product.id) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  window.Nightdesk?.product(product.id);
}

const asked = () => new URLSearchParams(location.search).get("product");
for (const { id, name } of products) {
  const link = named("a", name[lang]);
  link.href = address(id);
  link.dataset.id = id;
  $("products").append(link);
}
$("products").setAttribute("aria-label", say("products"));
$("products").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show(link.dataset.id);
});
addEventListener("popstate", () => show(asked()));
addEventListener("nightdesk:ready", () => show(asked()));
$("buy").addEventListener("click", () => { $("bought").textContent = say("bought"); });
for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
show(asked());
