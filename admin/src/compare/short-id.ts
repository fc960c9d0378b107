/** 128 bits of a UUID as 22 letters of an address, so that ten runs make a link that can be sent. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Addresses of a thousand subjects are read and written at every click: what was worked out once is kept, and all of it let go at the cap. */
const KEPT = 50_000;
function kept<Result>(work: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    if (known.has(text)) return known.get(text)!;
    if (known.size >= KEPT) known.clear();
    const result = work(text);
    known.set(text, result);
    return result;
  };
}

export const shortenId = kept((id: string): string => {
  let number = BigInt(`0x${id.replaceAll('-', '')}`);
  let text = '';
  for (let i = 0; i < 22; i += 1) {
    text = ALPHABET[Number(number & 63n)]! + text;
    number >>= 6n;
  }
  return text;
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID stays as it is, for addresses that were written by hand; undefined for what is neither that nor what `shortenId` wrote. */
export const expandId = kept((text: string): string | undefined => {
  if (UUID.test(text)) return text;
  if (text.length !== 22) return undefined;
  let number = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    number = (number << 6n) | BigInt(digit);
  }
  const hex = number.toString(16).padStart(32, '0');
  return hex.length > 32 ? undefined : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
});
