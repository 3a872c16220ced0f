'use strict';
// Drives Chromium for a test: reads lines of JSON { body } from stdin, runs each as the body of an async function with
// the names below, and answers each with a line of JSON: { value } or { error }.
const readline = require('node:readline');
const { chromium } = require('playwright-core');

const AsyncFunction = (async () => {}).constructor;

/** The smallest contrast of any text on the page to its ground, with that text. */
function contrast() {
  const channel = c => c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  const parse = colour => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const groundOf = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let worst = { ratio: 21, text: '' };
  while (words.nextNode()) {
    const element = words.currentNode.parentElement, text = words.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest('svg title, noscript, script, style')) continue;
    const style = getComputedStyle(element);
    const inks = light(parse(element.closest('svg') ? style.fill : style.color)), ground = light(groundOf(element));
    const ratio = (Math.max(inks, ground) + 0.05) / (Math.min(inks, ground) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text };
  }
  return worst;
}

/** Texts of one chart that cover each other. */
function overlaps() {
  const found = [];
  for (const svg of document.querySelectorAll('.chart svg')) {
    const boxes = [...svg.querySelectorAll('text')].map(t => ({ words: t.textContent, box: t.getBoundingClientRect() }));
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (width > 1 && height > 3) found.push(`${a.words} / ${b.words}`);
    }));
  }
  return found;
}

(async () => {
  const root = process.getuid?.() === 0; // Chromium's sandbox does not work for root
  const browser = await chromium.launch({ executablePath: process.argv[2], args: root ? ['--no-sandbox'] : [] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const faults = [], requests = [];
  page.on('pageerror', e => faults.push(e.message));
  page.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') faults.push(m.text()); });
  page.on('request', r => requests.push(r.url()));
  page.setDefaultTimeout(60000);
  /** Waits until an element has this text. */
  const until = (selector, text) => page.locator(selector).filter({ hasText: text }).first().waitFor();
  const names = { page, faults, requests, until, contrast, overlaps };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer;
    try {
      const run = new AsyncFunction(...Object.keys(names), JSON.parse(line).body);
      answer = { value: await run(...Object.values(names)) ?? null };
    } catch (e) {
      answer = { error: `${e.message}\nThe page says:\n${await page.innerText('body').catch(() => '')}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await browser.close();
})();
