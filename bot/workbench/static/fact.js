// With product and capability chosen, what is known of them already is shown.
import { $, client } from "../desk/page.js";

const product = $("f-product"), capability = $("f-capability");
const form = $("fact");
let touched = false;
form.addEventListener("input", (event) => { touched ||= event.target !== product && event.target !== capability; });
for (const one of [product, capability]) one.addEventListener("change", () => {
  if (touched || !product.value || !capability.value) return;
  form.dispatchEvent(new Event("submit")); // nothing is lost by going: only these two were chosen
  const asked = new URLSearchParams(location.search); // which of the buyers' questions it is about stays
  asked.set("product", product.value);
  asked.set("capability", capability.value);
  location.assign(`${client.base}/workbench/fact?${asked}`);
});
