'use strict';
// Asks the dashboard once a second for the newest sample, and for all of them at first and after a pause.
const PERIOD_MS = 1000;
const EVENTS_MAX = 7;

// How a replica stands: words for people, how bad it is, and the words of a lane from long to short.
const STATES = {
  InStep: { words: 'Agrees', level: 'good', lane: ['agrees'] },
  Behind: { words: 'Behind', level: 'warning', lane: ['behind'] },
  CatchingUp: { words: 'Catching up', level: 'warning', lane: ['catching up', 'late'] },
  Recovering: { words: 'Non-voting recovery', level: 'warning', lane: ['non-voting recovery', 'recovers'] },
  ChangingLeader: { words: 'Changing leader', level: 'warning', lane: ['changing leader', 'change'] },
  Starting: { words: 'Reads its disk', level: 'warning', lane: ['reads its disk', 'starts'] },
  Unwatched: { words: 'Has no metrics address', level: 'warning', lane: ['no address'] },
  Down: { words: 'Does not answer', level: 'bad', lane: ['does not answer', 'no answer', 'down'] },
  Differs: { words: 'Has another state', level: 'bad', lane: ['another state', 'differs'] },
  Foreign: { words: 'Another replica answers', level: 'bad', lane: ['another replica', 'another'] },
};
// What a replica that is catching up does, by its phase.
const PHASES = { fetching: 'Fetches a checkpoint', loading: 'Loads a checkpoint', replaying: 'Replays batches' };
const SIGNS = { good: 'M4 12.5l5 5L20 6.5', warning: 'M12 3v12M12 20v.5', bad: 'M5 5l14 14M19 5L5 19' };

const { Lines, Lanes, html, number, show, bytesUnit, plainUnit, durationUnit } = Charts;
const at = id => document.getElementById(id);
const write = (id, words) => { if (at(id).textContent !== words) at(id).textContent = words; };
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const timeOf = ms => clock.format(new Date(ms));

const charts = {
  lanes: new Lanes(at('chart-lanes'), 'Leader and replicas', 'which one leads, and how each one stands'),
  throughput: new Lines(at('chart-throughput'), { title: 'Throughput', unit: 'operations per second', unitOf: plainUnit('/s'), least: 10, isWhole: true }),
  latency: new Lines(at('chart-latency'), { title: 'Ordering latency', unit: 'from proposal to execution', unitOf: plainUnit(' ms'), least: 1 }),
  behind: new Lines(at('chart-behind'), { title: 'Behind the others', unit: 'instances', unitOf: plainUnit(''), least: 10, isWhole: true }),
  rejected: new Lines(at('chart-rejected'), { title: 'Rejected input', unit: 'messages per second', unitOf: plainUnit('/s'), least: 5, isWhole: true }),
  memory: new Lines(at('chart-memory'), { title: 'Memory', unit: 'of each process', unitOf: bytesUnit, least: 2 ** 20 }),
  data: new Lines(at('chart-data'), { title: 'Disk', unit: 'log and checkpoints', unitOf: bytesUnit, least: 2 ** 20 }),
  cpu: new Lines(at('chart-cpu'), { title: 'Processor', unit: '100 % is one core', unitOf: plainUnit(' %'), least: 10 }),
};

let view = null, timer = 0, isAsking = false;
let rangeSeconds = Number(document.querySelector('[name=range]:checked').value);

async function ask(path) {
  const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

async function refresh() {
  clearTimeout(timer);
  if (document.hidden || isAsking) return;
  isAsking = true;
  try {
    if (!view || view.samples.length === 0) view = await ask('/api/history');
    else {
      const now = await ask('/api/now'), last = view.samples.at(-1).number, next = now.samples[0].number;
      if (next === last + 1) {
        view.samples.push(now.samples[0]);
        view.samples.splice(0, view.samples.length - view.cluster.samplesMax);
        view.rejections = now.rejections;
      } else if (next !== last) view = await ask('/api/history');
    }
    document.body.classList.remove('stale');
    if (view.samples.length > 0) paint();
  } catch {
    document.body.classList.add('stale');
    tell('bad', 'The dashboard does not answer.', "What you see is old. Start it again with 'bftcloud dashboard'.");
  }
  isAsking = false;
  timer = setTimeout(refresh, PERIOD_MS);
}

function tell(level, sentence, advice) {
  at('health').className = `health ${level}`;
  write('sentence', sentence);
  write('advice', advice);
}

function paint() {
  const { cluster, samples } = view, now = samples.at(-1);
  tell(now.health.level.toLowerCase(), now.health.sentence, now.health.advice);
  document.title = `${now.health.sentence} – BftCloud`;
  write('about', `service ${cluster.service} · cluster ${cluster.id}`);
  write('updated', `updated ${timeOf(now.atMs)}`);
  write('throughput', number(now.opsPerSecond));
  write('latency', now.latencyMs === undefined ? '–' : show(now.latencyMs, durationUnit));
  write('leader', now.leader === undefined ? '–' : `Replica ${now.leader}`);
  write('regency', now.regency === undefined ? '–' : number(now.regency));
  const most = name => Math.max(...now.replicas.map(r => r[name] ?? -1));
  write('pending', most('pending') < 0 ? '–' : number(most('pending')));
  write('sessions', most('sessions') < 0 ? '–' : number(most('sessions')));
  at('replicas').replaceChildren(...now.replicas.map((replica, id) => card(replica, id, now)));
  paintCharts(samples);
  paintEvents(samples);
  paintReasons();
}

function card(replica, id, now) {
  const state = STATES[replica.state];
  const words = replica.state === 'Behind' ? `${number(replica.behind)} instances behind`
    : replica.state === 'CatchingUp' ? PHASES[replica.progress?.phase] ?? state.words : state.words;
  const facts = [
    ...progressOf(replica),
    ['Executed', replica.lastExecuted, number],
    ['Behind by', replica.behind, number],
    ['Regency', replica.regency, number],
    ['Memory', replica.memoryBytes, bytes => show(bytes, bytesUnit)],
    ['Disk used', replica.dataBytes, bytes => show(bytes, bytesUnit)],
    ['Disk free', replica.freeBytes, bytes => show(bytes, bytesUnit)],
    ['Processor', replica.cpuPercent, percent => `${Math.round(percent)} %`],
    ['Up for', replica.uptimeSeconds, duration],
  ];
  const title = html('h3', '', `Replica ${id}`);
  if (id === now.leader) title.append(html('span', 'leader', 'leader'));
  const list = html('dl');
  for (const [name, value, words] of facts)
    list.append(html('dt', '', name), html('dd', '', value === undefined ? '–' : words(value)));
  const article = html('article', 'replica card', title, html('p', `state of-${state.level}`, sign(state.level), words), list);
  article.dataset.replica = id;
  return article;
}

/** What it has of what it needs, and how fast that grows; nothing for a replica that needs nothing. */
function progressOf({ progress, state }) {
  if (progress?.bytesNeeded !== undefined) {
    const had = progress.bytesHad === undefined ? '?' : show(progress.bytesHad, bytesUnit);
    return [
      [progress.phase === 'fetching' ? 'Fetched' : 'Read', progress, p => `${had} of ${show(p.bytesNeeded, bytesUnit)}`],
      ['At', progress.bytesPerSecond, rate => `${show(rate, bytesUnit)}/s`],
    ];
  }
  return state === 'CatchingUp' && progress ? [['At', progress.instancesPerSecond, rate => `${number(rate)} instances/s`]] : [];
}

function sign(level) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SIGNS[level]);
  svg.append(path);
  return svg;
}

function duration(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.floor(seconds / 86400)} days`;
}

function paintCharts(samples) {
  const to = samples.at(-1).atMs, from = to - rangeSeconds * 1000;
  const marks = rangeSeconds === 120
    ? [[120, '2 min ago'], [60, '1 min ago'], [0, 'now']] : [[600, '10 min ago'], [300, '5 min ago'], [0, 'now']];
  const frame = {
    xs: samples.map(s => s.atMs), from, to, when: timeOf,
    marks: marks.map(([ago, words]) => ({ at: to - ago * 1000, words })),
  };
  const one = name => [{ name, values: samples.map(s => s[name] ?? null) }];
  const each = name => view.samples[0].replicas.map(
    (_, id) => ({ name: `r${id}`, values: samples.map(s => s.replicas[id][name] ?? null) }));
  charts.lanes.draw({ lanes: lanesOf(samples), from, to, marks: frame.marks });
  charts.throughput.draw({ ...frame, series: one('opsPerSecond') });
  charts.latency.draw({ ...frame, series: one('latencyMs') });
  charts.behind.draw({ ...frame, series: each('behind') });
  charts.rejected.draw({ ...frame, series: one('rejectedPerSecond') });
  charts.memory.draw({ ...frame, series: each('memoryBytes') });
  charts.data.draw({ ...frame, series: each('dataBytes') });
  charts.cpu.draw({ ...frame, series: each('cpuPercent') });
}

/** Samples that say the same, one after the other, as one span. */
function spansOf(samples, key, describe) {
  const spans = [];
  let before = null;
  for (const sample of samples) {
    const value = key(sample);
    if (spans.length > 0) spans.at(-1).to = sample.atMs;
    if (value !== before) spans.push({ from: sample.atMs, to: sample.atMs, ...describe(value, sample) });
    before = value;
  }
  if (spans.length > 0 && spans.at(-1).from === spans.at(-1).to) spans.at(-1).from -= PERIOD_MS;
  return spans;
}

function lanesOf(samples) {
  const leader = spansOf(samples, s => `${s.leader} ${s.regency}`, (_, { leader: id, regency }) =>
    id === undefined ? { kind: 'none', words: ['unknown'], title: 'unknown' } : {
      kind: regency % 2 ? 'odd' : 'even', words: [`r${id} · regency ${number(regency)}`, `r${id} · reg. ${number(regency)}`, `r${id}`],
      title: `replica ${id} leads in regency ${number(regency)}`,
    });
  return [
    { name: 'leader', spans: leader },
    ...samples[0].replicas.map((_, id) => ({
      name: `r${id}`,
      spans: spansOf(samples, s => s.replicas[id].state, state =>
        ({ kind: `${STATES[state].level}`, words: STATES[state].lane, title: STATES[state].lane[0] })),
    })),
  ];
}

/** The sentences of the past, without what changes in them from second to second. */
function paintEvents(samples) {
  const events = [];
  let before = '';
  for (const { atMs, health } of samples) {
    const kind = health.sentence.replace(/[\d,]+ instances?/, 'instances');
    if (kind !== before) events.unshift({ atMs, sentence: health.sentence });
    before = kind;
  }
  at('events').replaceChildren(...events.slice(0, EVENTS_MAX).map(({ atMs, sentence }) => {
    const time = html('time', '', timeOf(atMs));
    time.dateTime = new Date(atMs).toISOString();
    return html('li', '', time, html('span', '', sentence));
  }));
}

function paintReasons() {
  const head = (words, className = 'number') => {
    const cell = html('th', className, words);
    cell.scope = 'col';
    return cell;
  };
  at('reasons-head').replaceChildren(
    head('Reason', ''), ...view.samples[0].replicas.map((_, id) => head(`r${id}`)), head('Total'));
  at('reasons').replaceChildren(...view.rejections.map(({ reason, counts }) => {
    const name = html('th', '', reason.replaceAll('_', ' '));
    name.scope = 'row';
    const total = counts.reduce((sum, count) => sum + (count ?? 0), 0);
    const cells = [...counts.map(count => count ?? '–'), total];
    return html('tr', '', name, ...cells.map(c => html('td', 'number', c === '–' ? c : number(c))));
  }));
  at('no-reasons').hidden = view.rejections.length > 0;
  at('reasons-head').hidden = view.rejections.length === 0;
}

for (const input of document.querySelectorAll('[name=range]')) {
  input.addEventListener('change', () => {
    rangeSeconds = Number(input.value);
    if (view?.samples.length > 0) paintCharts(view.samples);
  });
}
document.addEventListener('visibilitychange', refresh);
refresh();
