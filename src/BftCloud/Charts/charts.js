'use strict';
// Small charts as SVG: lines over time, lanes of states, histograms. They draw at the size they have on the page, so
// that text keeps its size, and again when that changes.
const Charts = (() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const TEXT_WIDTH = 6.7; // of a character of axis text, at most
  const COLOURS = 4;
  const LEFT = 58; // of a plot, so that those beneath each other begin alike

  function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function html(name, className = '', ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  const text = (x, y, words, attributes = {}) => svg('text', { x, y, ...attributes }, words);
  const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
  const number = value => whole.format(value);
  const short = value => value < 10000 ? number(value) : compact.format(value);
  const seriesClass = i => `series-${i % COLOURS}`;
  const lineClass = i => `line dash-${i % COLOURS}`;

  // Units: by the largest value, what to divide by and what to write behind.
  const BYTES = [['B', 1], ['KiB', 2 ** 10], ['MiB', 2 ** 20], ['GiB', 2 ** 30], ['TiB', 2 ** 40]];
  const bytesUnit = max => {
    const [name, divisor] = BYTES.findLast(([, size]) => max >= size) ?? BYTES[0];
    return { divisor, suffix: ` ${name}` };
  };
  const plainUnit = suffix => () => ({ divisor: 1, suffix });
  const durationUnit = max => max < 1 ? { divisor: 0.001, suffix: ' µs' }
    : max < 1000 ? { divisor: 1, suffix: ' ms' } : { divisor: 1000, suffix: ' s' };

  function digits(value) {
    const size = Math.abs(value);
    return size >= 100 || size === 0 ? 0 : size >= 1 ? 1 : 2;
  }

  /** A value with its unit, in three figures or so. */
  function show(value, unitOf) {
    const { divisor, suffix } = unitOf(value);
    const scaled = value / divisor;
    const figures = Number.isInteger(scaled) ? 0 : digits(scaled);
    return (scaled >= 10000 ? short(scaled)
      : scaled.toLocaleString('en-US', { minimumFractionDigits: figures, maximumFractionDigits: figures })) + suffix;
  }

  /** Round steps from 0 to at least max: three to five of them. */
  function ticks(max, isWhole = false) {
    const rough = max / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const factors = isWhole && power < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
    const step = Math.max(isWhole ? 1 : 0, factors.map(f => f * power).find(s => s >= rough * 0.999));
    const all = [];
    for (let i = 0; all.length === 0 || all.at(-1) < max * 0.999; i++) all.push(Number((i * step).toPrecision(12)));
    return all;
  }

  /** Moves labels apart, so that none covers another. */
  function spread(labels, gap, low, high) {
    labels.sort((a, b) => a.y - b.y);
    for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + gap);
    if (labels.length && labels.at(-1).y > high) labels.at(-1).y = high;
    for (let i = labels.length - 2; i >= 0; i--) labels[i].y = Math.min(labels[i].y, labels[i + 1].y - gap);
    return labels.length === 0 || labels[0].y >= low;
  }

  /** Groups of labels whose places are nearer to each other than a width. */
  function clusters(labels, width) {
    const groups = [];
    for (const label of labels.toSorted((a, b) => a.x - b.x)) {
      if (groups.length > 0 && label.x - groups.at(-1).at(-1).x < width) groups.at(-1).push(label);
      else groups.push([label]);
    }
    return groups;
  }

  /** A figure with a title and room for a plot; draws again when its width changes. */
  class Figure {
    constructor(host, title, unit) {
      this.readout = html('div', 'readout');
      this.plot = html('div', 'plot');
      host.classList.add('chart');
      host.replaceChildren(
        html('figcaption', '', html('h3', '', title), html('span', 'unit', unit), this.readout), this.plot);
      this.title = title;
      this.width = 0;
      new ResizeObserver(() => {
        if (this.plot.clientWidth === this.width || !this.data) return;
        this.draw(this.data);
      }).observe(this.plot);
    }

    draw(data) {
      this.data = data;
      this.width = this.plot.clientWidth;
      if (this.width > 0) this.render(data);
    }

    put(height, label, ...children) {
      this.plot.replaceChildren(svg('svg', {
        width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, role: 'img', 'aria-label': label,
      }, ...children));
    }
  }

  /** Labels of the horizontal axis: the outer ones stay inside. */
  function axisLabels(marks, x, y, left, right) {
    return marks.map(({ at, words }) => text(x(at), y, words, { 'text-anchor': anchorOf(x(at), left, right) }));
  }

  /** A label near an end of the axis does not reach beyond it. */
  function anchorOf(px, left, right) {
    return px < left + 20 ? 'start' : px > right - 20 ? 'end' : 'middle';
  }

  /**
   * Lines over time. Data: xs, series [{ name, values }] (null is a gap), from and to of the horizontal axis, marks
   * [{ at, words }] beneath it, when(x) in words.
   */
  class Lines extends Figure {
    constructor(host, { title, unit, unitOf, least = 1, height = 168, isWhole = false }) {
      super(host, title, unit);
      Object.assign(this, { unitOf, least, height, isWhole, cursor: null });
      this.plot.tabIndex = 0;
      this.plot.addEventListener('pointermove', e => this.point(e.clientX - this.plot.getBoundingClientRect().left));
      this.plot.addEventListener('pointerleave', () => this.point(null));
      this.plot.addEventListener('blur', () => this.point(null));
      this.plot.addEventListener('keydown', e => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
        if (!step || !this.data || this.data.xs.length === 0) return;
        e.preventDefault();
        const last = this.data.xs.length - 1;
        const now = this.cursor === null ? last : this.data.xs.findIndex(x => x >= this.cursor);
        this.cursor = this.data.xs[Math.min(last, Math.max(0, (now < 0 ? last : now) + step))];
        this.draw(this.data);
      });
    }

    point(px) {
      if (!this.data || !this.x) return;
      if (px === null) this.cursor = null;
      else {
        const at = this.x.from + (px - this.x.left) / (this.x.right - this.x.left) * (this.x.to - this.x.from);
        this.cursor = this.data.xs.reduce(
          (best, x) => best === null || Math.abs(x - at) < Math.abs(best - at) ? x : best, null);
      }
      this.draw(this.data);
    }

    render(data) {
      const { xs, series, from, to } = data;
      const shown = series.map(one => one.values.filter((v, i) => v !== null && xs[i] >= from && xs[i] <= to));
      const max = Math.max(this.least, ...shown.flat());
      const { divisor, suffix } = this.unitOf(max);
      const steps = ticks(max / divisor, this.isWhole);
      const labels = steps.map(step => (step >= 10000 ? short(step) : step.toLocaleString('en-US')) + suffix);
      const left = Math.max(LEFT, Math.ceil(Math.max(...labels.map(l => l.length)) * TEXT_WIDTH) + 10);
      const names = series.length > 1 ? Math.max(...series.map(s => s.name.length)) : 0;
      const right = this.width - (names ? Math.ceil(names * 7.5) + 8 : 8);
      const [top, bottom] = [8, this.height - 24];
      const x = at => left + (at - from) / (to - from) * (right - left);
      const y = value => bottom - value / divisor / steps.at(-1) * (bottom - top);
      this.x = { left, right, from, to };

      const parts = [];
      steps.forEach((step, i) => {
        const py = Math.round(y(step * divisor)) + 0.5;
        parts.push(svg('line', { class: i ? 'grid' : 'axis', x1: left, x2: right, y1: py, y2: py }));
        parts.push(text(left - 8, py + 4, labels[i], { 'text-anchor': 'end' }));
      });
      parts.push(...axisLabels(data.marks, x, this.height - 6, left, right));
      const ends = [];
      series.forEach((one, i) => {
        const runs = [];
        let run = null, last = null;
        one.values.forEach((value, at) => {
          if (value === null || xs[at] < from || xs[at] > to) { run = null; return; }
          if (!run) runs.push(run = []);
          run.push(last = [x(xs[at]), y(value)]);
        });
        const group = svg('g', { class: seriesClass(i) });
        for (const points of runs) {
          const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`);
          if (points.length === 1) group.append(svg('circle', { cx: points[0][0], cy: points[0][1], r: 2, fill: 'currentColor' }));
          if (series.length === 1 && points.length > 1) {
            group.append(svg('path', {
              class: 'area', d: `M${points[0][0].toFixed(1)},${bottom}L${path.join('L')}L${points.at(-1)[0].toFixed(1)},${bottom}Z`,
            }));
          }
          group.append(svg('path', { class: lineClass(i), d: `M${path.join('L')}` }));
        }
        parts.push(group);
        if (last && names) ends.push({ i, x: last[0], y: last[1] });
      });
      // Lines that end at about the same time have their names beneath each other.
      for (const group of clusters(ends, names * 7.5 + 8)) {
        const px = Math.max(...group.map(end => end.x)) + 6;
        if (!spread(group, 13, top - 4, bottom)) continue;
        for (const end of group)
          parts.push(svg('g', { class: seriesClass(end.i) }, text(px, end.y + 4, series[end.i].name, { class: 'end' })));
      }
      if (shown.every(values => values.length === 0)) {
        parts.push(text((left + right) / 2, (top + bottom) / 2, 'nothing in this time', { class: 'none', 'text-anchor': 'middle' }));
      }
      const at = this.cursor === null ? -1 : xs.indexOf(this.cursor);
      if (at >= 0 && xs[at] >= from && xs[at] <= to)
        parts.push(svg('line', { class: 'cursor', x1: x(xs[at]), x2: x(xs[at]), y1: top, y2: bottom }));
      this.read(data, at >= 0 ? at : xs.length - 1, at >= 0);
      this.put(this.height, `${this.title}: ${this.readout.textContent}`, ...parts);
    }

    read({ xs, series, when }, at, isPointed) {
      const say = value => value === null || value === undefined ? '–' : show(value, this.unitOf);
      const values = series.length > 8 && !isPointed ? [] : series.map((one, i) => {
        const words = say(one.values[at]);
        return series.length === 1 ? html('span', '', html('b', '', words))
          : html('span', '', html('i', seriesClass(i)), `${one.name} `, html('b', '', words));
      });
      this.readout.replaceChildren(...(isPointed ? [html('span', 'soft', when(xs[at]))] : []), ...values);
    }
  }

  /** Lanes of states over time. Data: lanes [{ name, spans: [{ from, to, kind, words, title }] }], from, to, marks. */
  class Lanes extends Figure {
    render({ lanes, from, to, marks }) {
      const [row, gap] = [24, 6];
      const left = Math.ceil(Math.max(...lanes.map(l => l.name.length)) * 7.2) + 10;
      const right = this.width - 8;
      const x = at => left + (Math.min(Math.max(at, from), to) - from) / (to - from) * (right - left);
      const height = lanes.length * (row + gap) + 22;
      const parts = [svg('defs', {}, hatch('warning', 45), hatch('bad', -45))];
      lanes.forEach((lane, i) => {
        const y = i * (row + gap);
        parts.push(text(left - 8, y + 16, lane.name, { 'text-anchor': 'end' }));
        parts.push(svg('rect', { class: 'lane-none', x: left, y, width: Math.max(0, right - left), height: row, rx: 4 }));
        for (const span of lane.spans) if (span.to > from && span.from < to) parts.push(...this.span(span, x, y, row));
      });
      parts.push(...axisLabels(marks, x, height - 4, left, right));
      const now = lanes.map(lane => `${lane.name}: ${lane.spans.at(-1)?.title ?? 'unknown'}`).join(', ');
      this.put(height, `${this.title}. Now: ${now}`, ...parts);
    }

    span({ from, to, kind, words, title }, x, y, row) {
      const [x1, x2] = [x(from), x(to)];
      const box = { x: x1, y, width: Math.max(1.5, x2 - x1), height: row, rx: Math.min(4, (x2 - x1) / 4) };
      const parts = [svg('rect', { class: `lane-${kind}`, ...box }, svg('title', {}, title))];
      if (kind === 'warning' || kind === 'bad')
        parts.push(svg('rect', { fill: `url(#hatch-${kind})`, 'pointer-events': 'none', ...box }));
      const fitting = words.find(w => w.length * TEXT_WIDTH + 14 <= x2 - x1);
      if (fitting) {
        const centre = (x1 + x2) / 2, width = fitting.length * TEXT_WIDTH + 8;
        if (kind === 'warning' || kind === 'bad')
          parts.push(svg('rect', { class: 'lane-plate', x: centre - width / 2, y: y + 4, width, height: row - 8, rx: 3 }));
        parts.push(text(centre, y + 16, fitting, { class: 'lane-text', 'text-anchor': 'middle', 'pointer-events': 'none' }));
      }
      return parts;
    }
  }

  function hatch(kind, angle) {
    return svg('pattern', {
      id: `hatch-${kind}`, width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${angle})`,
    }, svg('line', { class: `hatch-${kind}`, x1: 0, y1: 0, x2: 0, y2: 7, 'stroke-width': kind === 'bad' ? 3 : 2, 'stroke-opacity': 0.45 }));
  }

  /**
   * How values are distributed, on a logarithmic axis. Data: series [{ name, bins: [{ from, to, share }] }] of
   * milliseconds, marks [{ at, words }] of single values.
   */
  class Histogram extends Figure {
    render({ series, marks }) {
      const bins = series.flatMap(one => one.bins);
      if (bins.length === 0) {
        this.put(40, `${this.title}: no operation`, text(8, 24, 'no operation completed', { class: 'none' }));
        return;
      }
      const low = Math.log10(Math.min(...bins.map(b => b.from))), high = Math.log10(Math.max(...bins.map(b => b.to)));
      const steps = ticks(Math.max(...bins.map(b => b.share)) * 100);
      const labels = steps.map(step => `${step.toLocaleString('en-US')} %`);
      const top = 16 * marks.length + 12, height = top + 184, bottom = height - 24;
      const left = LEFT, right = this.width - 8;
      const x = ms => left + (Math.log10(ms) - low) / Math.max(high - low, 1e-9) * (right - left);
      const y = share => bottom - share * 100 / steps.at(-1) * (bottom - top);
      const parts = [];
      steps.forEach((step, i) => {
        const py = Math.round(y(step / 100)) + 0.5;
        parts.push(svg('line', { class: i ? 'grid' : 'axis', x1: left, x2: right, y1: py, y2: py }));
        parts.push(text(left - 8, py + 4, labels[i], { 'text-anchor': 'end' }));
      });
      parts.push(...axisLabels(this.axis(low, high, right - left), x, height - 6, left, right));
      series.forEach((one, i) => {
        const path = one.bins.flatMap(b => [`${x(b.from).toFixed(1)},${y(b.share).toFixed(1)}`, `${x(b.to).toFixed(1)},${y(b.share).toFixed(1)}`]);
        if (path.length === 0) return;
        const [start, end] = [x(one.bins[0].from).toFixed(1), x(one.bins.at(-1).to).toFixed(1)];
        const d = `M${start},${bottom}L${path.join('L')}L${end},${bottom}`;
        parts.push(svg('g', { class: seriesClass(i) }, svg('path', { class: 'area', d }), svg('path', { class: lineClass(i), d })));
      });
      marks.forEach(({ at, words, series: i = 0 }, row) => {
        const px = Math.min(right, Math.max(left, x(at))), py = 12 + 16 * row;
        const isRight = px + words.length * TEXT_WIDTH + 8 > right;
        parts.push(svg('g', { class: `mark ${seriesClass(i)}` },
          svg('line', { x1: px, x2: px, y1: py - 10, y2: bottom }),
          text(px + (isRight ? -5 : 5), py, words, { 'text-anchor': isRight ? 'end' : 'start' })));
      });
      this.put(height, `${this.title}: ${marks.map(m => m.words).join(', ')}`, ...parts);
    }

    /** Round values of 1, then of 5 and 2, each where its label has room beside those before it. */
    axis(low, high, width) {
      const marks = [];
      for (const factor of [1, 5, 2]) {
        for (let power = Math.floor(low); power <= high; power++) {
          const at = factor * 10 ** power, words = show(at, durationUnit);
          if (Math.log10(at) < low || Math.log10(at) > high) continue;
          const place = (Math.log10(at) - low) / Math.max(high - low, 1e-9) * width, size = words.length * TEXT_WIDTH;
          const start = place - size * { start: 0, middle: 0.5, end: 1 }[anchorOf(place, 0, width)];
          const hasRoom = marks.every(mark => start >= mark.end + 8 || start + size + 8 <= mark.start);
          if (hasRoom) marks.push({ at, words, start, end: start + size });
        }
      }
      return marks;
    }
  }

  return { Lines, Lanes, Histogram, html, number, show, bytesUnit, plainUnit, durationUnit, seriesClass };
})();
