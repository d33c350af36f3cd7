export function renderReport() {
  return "";
}
