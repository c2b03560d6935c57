/** A file given to the browser, which puts it where it puts downloads. */

const KEPT_MILLISECONDS = 60_000;

/** Have the browser save a file under a name. */
export function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after this, and does not say when it has.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MILLISECONDS);
}
