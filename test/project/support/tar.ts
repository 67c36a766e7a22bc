/** A tar archive of plain files; `type` is what tar says of the entry: `0` a file, `2` a link. */
export function tar(
  files: readonly (readonly [name: string, text: string, type?: string, link?: string])[],
): Buffer {
  const blocks = files.flatMap(([name, text, type = '0', link = '']) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(text.length.toString(8).padStart(11, '0'), 124);
    header.write(type, 156);
    header.write(link, 157);
    const content = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    content.write(text);
    return [header, content];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
