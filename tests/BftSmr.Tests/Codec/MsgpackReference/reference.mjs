// Reads lines {"tree": …, "hex": …} and answers each with {"hex": the encoded tree, "tree": the decoded bytes}.
// In a tree {"u": "1"} is an unsigned integer and {"b": "00ff"} a binary; null, booleans and arrays are themselves.
import { createInterface } from "node:readline";
import { decode, encode } from "@msgpack/msgpack";

const toValue = (tree) => {
  if (tree === null || typeof tree === "boolean") return tree;
  if (Array.isArray(tree)) return tree.map(toValue);
  if ("b" in tree) return Buffer.from(tree.b, "hex");
  const number = BigInt(tree.u);
  return number <= 0xffffffffn ? Number(number) : number;
};

const toTree = (value) => {
  if (value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toTree);
  if (value instanceof Uint8Array) return { b: Buffer.from(value).toString("hex") };
  if (typeof value === "number" || typeof value === "bigint") return { u: value.toString() };
  throw new Error(`No message contains ${typeof value}.`);
};

for await (const line of createInterface({ input: process.stdin })) {
  const { tree, hex } = JSON.parse(line);
  const encoded = encode(toValue(tree), { useBigInt64: true });
  const decoded = decode(Buffer.from(hex, "hex"), { useBigInt64: true });
  process.stdout.write(JSON.stringify({ hex: Buffer.from(encoded).toString("hex"), tree: toTree(decoded) }) + "\n");
}
