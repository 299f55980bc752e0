// Pictures before they are sent: which ones browsers show, and smaller. The agents' desk uses it too.
export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
export const PICTURE_BYTES = 8 * 1024 * 1024;
const PICTURE_SIDE = 2000, SHRINK_FROM = 1_200_000;

/** Whether a file is the picture that its name says. */
export async function opens(file) {
  try { (await createImageBitmap(file)).close(); return true; } catch { return false; }
}

/** A phone's photo is made smaller before it is sent: quicker at night on mobile data, and without its place. */
export async function shrink(file) {
  if (!file.type.startsWith("image/") || file.type === "image/gif") return file;
  if (file.size < SHRINK_FROM && PICTURE_TYPES.includes(file.type)) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, PICTURE_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale); canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
    return small && (small.size < file.size || !PICTURE_TYPES.includes(file.type)) ? small : file;
  } catch {
    return file;
  }
}
