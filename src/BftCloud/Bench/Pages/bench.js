// The page of one run of a benchmark, or of two side by side.
const { Lines, Histogram, html, number, show, bytesUnit, plainUnit, durationUnit, seriesClass } = Charts;
const at = id => document.getElementById(id);
const { runs } = JSON.parse(at('data').textContent);
const isPair = runs.length > 1;
const letter = i => 'AB'[i];
const named = (words, i) => isPair ? `${words}, ${letter(i)}` : words;
const milliseconds = value => show(value, durationUnit);

const METRICS = [
  ['Throughput', r => r.opsPerSecond, value => `${number(value)} operations/s`],
  ['Half of the operations took at most', r => r.latencyMs.p50, milliseconds],
  ['90 % took at most', r => r.latencyMs.p90, milliseconds],
  ['99 % took at most', r => r.latencyMs.p99, milliseconds],
  ['99.9 % took at most', r => r.latencyMs.p999, milliseconds],
  ['The slowest took', r => r.latencyMs.max, milliseconds],
  ['Operations', r => r.operations, number],
  ['Errors', r => r.errors, number],
];

function sentence({ clients, requestBytes, replyBytes, seconds, workload }) {
  const bytes = count => count === 1 ? '1 byte' : `${number(count)} bytes`;
  return `${number(clients)} ${clients === 1 ? 'client' : 'clients'} of the workload ${workload}, requests of `
    + `${bytes(requestBytes)}, replies of ${bytes(replyBytes)}, for ${seconds.toLocaleString('en-US', { maximumFractionDigits: 1 })} s.`;
}

function head() {
  at('title').textContent = isPair ? 'Two runs compared' : runs[0].name;
  at('load').textContent = isPair ? 'A change is that from A to B.' : sentence(runs[0].report);
  if (!isPair) return;
  at('legend').append(...runs.map((run, i) => html(
    'span', seriesClass(i), html('b', '', letter(i)), html('span', '', `${run.name}: ${sentence(run.report)}`))));
}

function tiles() {
  const short = ['Throughput', 'p50', 'p90', 'p99', 'p99.9', 'Slowest', 'Operations', 'Errors'];
  const list = html('dl', 'tiles');
  METRICS.forEach(([, value, words], i) => {
    const [figure, ...unit] = words(value(runs[0].report)).split(' ');
    list.append(html('div', 'card', html('dt', '', short[i]), html('dd', '', figure, ' ', html('small', '', unit.join(' ')))));
  });
  return list;
}

function table(columns, rows) {
  const cell = (name, className, words) => html(name, className, words);
  const header = html('tr', '', ...columns.map((words, i) => cell('th', i ? 'number' : '', words)));
  for (const th of header.children) th.scope = 'col';
  const body = html('tbody');
  for (const [name, ...cells] of rows) {
    const first = cell('th', '', name);
    first.scope = 'row';
    body.append(html('tr', '', first, ...cells.map(words => cell('td', 'number', words))));
  }
  return html('div', 'card table', html('table', '', html('thead', '', header), body));
}

function change(before, after) {
  if (!(before > 0)) return after === before ? '±0 %' : '–';
  const percent = (after - before) / before * 100;
  const sign = percent > 0.05 ? '+' : percent < -0.05 ? '−' : '±';
  return `${sign}${Math.abs(percent).toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;
}

function comparison() {
  const [a, b] = runs.map(run => run.report);
  return table(['', 'A', 'B', 'Change'], METRICS.map(([name, value, words]) =>
    [name, words(value(a)), words(value(b)), change(value(a), value(b))]));
}

const isTimed = run => (run.report.timeline?.seconds.length ?? 0) > 0;

/** Marks at round seconds. */
function secondsMarks(to) {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find(s => to / s <= 6) ?? to;
  const marks = [];
  for (let i = 0; i * step <= to * 1.0001; i++) {
    const seconds = Number((i * step).toPrecision(6));
    marks.push({ at: seconds, words: seconds >= 120 ? `${Number((seconds / 60).toFixed(1))} min` : `${seconds} s` });
  }
  return marks;
}

/** One figure for all the lines of a chart; a line has its own times, which are joined. */
function lines(grid, className, options, to, named) {
  const figure = html('figure', `card ${className}`);
  grid.append(figure);
  const xs = [...new Set(named.flatMap(one => one.xs))].sort((a, b) => a - b);
  const series = named.map(({ name, xs: own, values }) => {
    const known = new Map(own.map((x, i) => [x, values[i]]));
    // Two runs are not measured at the same moments: what lies between two values of a line is on the line.
    const filled = xs.map(x => known.has(x) ? known.get(x) : between(own, values, x));
    return { name, values: filled };
  });
  new Lines(figure, options).draw({ xs, series, from: 0, to, marks: secondsMarks(to), when: x => `${x.toFixed(1)} s` });
}

function between(xs, values, x) {
  const next = xs.findIndex(at => at > x);
  if (next <= 0 || values[next] === null || values[next - 1] === null) return null;
  const share = (x - xs[next - 1]) / (xs[next] - xs[next - 1]);
  return values[next - 1] + share * (values[next] - values[next - 1]);
}

const timed = runs.map((run, i) => ({ run, i })).filter(({ run }) => isTimed(run));
const to = Math.max(...timed.map(({ run }) => run.report.timeline.seconds.at(-1)));

function section(title) {
  const grid = html('div', 'charts');
  at('main').append(html('h2', '', title), grid);
  return grid;
}

function throughput() {
  const grid = section('Throughput');
  lines(grid, 'wide', { title: 'Operations per second', unit: 'over the measurement', unitOf: plainUnit('/s'), least: 10, height: 220, isWhole: true }, to,
    timed.map(({ run, i }) => ({ name: isPair ? letter(i) : 'throughput', xs: run.report.timeline.seconds, values: run.report.timeline.opsPerSecond })));
}

/** What each replica used, a figure for each run, both to the same scale. */
function usage(grid, name, factor, options) {
  const valuesOf = replica => replica[name].map(value => value === null || value === undefined ? null : value * factor);
  const all = timed.flatMap(({ run }) => run.report.timeline.replicas.flatMap(valuesOf)).filter(value => value !== null);
  if (all.length === 0) return;
  for (const { run, i } of timed) {
    lines(grid, '', { ...options, title: named(options.title, i), least: Math.max(...all, 1e-3) }, to,
      run.report.timeline.replicas.map(replica => ({ name: `r${replica.id}`, xs: run.report.timeline.seconds, values: valuesOf(replica) })));
  }
}

function latency() {
  const known = runs.map((run, i) => ({ run, i })).filter(({ run }) => run.report.histogram?.length > 0);
  if (known.length === 0) return;
  const figure = html('figure', 'card');
  at('main').append(html('h2', '', 'Latency'), figure);
  new Histogram(figure, 'How long operations took', 'share of all operations; each step to the right is a factor').draw({
    series: known.map(({ run, i }) => ({
      name: letter(i),
      bins: run.report.histogram.map(bin => ({ from: bin.fromMs, to: bin.toMs, share: bin.operations / Math.max(1, run.report.operations) })),
    })),
    marks: known.flatMap(({ run, i }, series) => [['50 %', 'p50'], ['99 %', 'p99']].map(([share, name]) => ({
      at: Math.max(run.report.latencyMs[name], run.report.histogram[0].fromMs), series,
      words: `${isPair ? `${letter(i)}: ` : ''}${share} within ${milliseconds(run.report.latencyMs[name])}`,
    }))),
  });
}

function replicas() {
  const grid = section('Replicas');
  usage(grid, 'cpuPercent', 1, { title: 'Processor', unit: '100 % is one core', unitOf: plainUnit(' %') });
  usage(grid, 'rssMiB', 2 ** 20, { title: 'Memory', unit: 'of each process', unitOf: bytesUnit });
  const known = (value, words) => value === null || value === undefined ? '–' : words(value);
  const columns = ['Replica'], rows = new Map();
  runs.forEach((run, i) => columns.push(named('Processor time', i), named('Most memory', i)));
  runs.forEach((run, i) => run.report.replicas.forEach(({ id, cpuSeconds, rssMiB }) => {
    if (!rows.has(id)) rows.set(id, [`r${id}`, ...runs.flatMap(() => ['–', '–'])]);
    rows.get(id)[1 + 2 * i] = known(cpuSeconds, value => `${value.toLocaleString('en-US', { maximumFractionDigits: 2 })} s`);
    rows.get(id)[2 + 2 * i] = known(rssMiB, value => `${value.toLocaleString('en-US', { maximumFractionDigits: 1 })} MiB`);
  }));
  at('main').append(table(columns, [...rows.values()]));
}

head();
at('main').append(...(isPair ? [html('h2', '', 'Figures'), comparison()] : [tiles()]));
if (timed.length > 0) throughput();
latency();
if (runs.some(run => run.report.replicas.length > 0)) replicas();
