// Draws history with Apache ECharts, which comes with the NuGet package Vizor.ECharts as one script file.
// Columns come as bytes: int32 metrics, int32 points, float64 x[points] (Unix seconds), float32 y[points] per metric.

const library = '_content/Vizor.ECharts/js/vizor-echarts-bundle-min.js';
let loading;

function echarts() {
  loading ??= new Promise((resolve, reject) => {
    if (window.echarts) { resolve(window.echarts); return; }
    const script = document.createElement('script');
    script.src = library;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => { loading = undefined; reject(new Error('the chart library did not load')); };
    document.head.append(script);
  });
  return loading;
}

/** Cuts the answer into columns without copying more than alignment asks for. */
export function columns(buffer) {
  const head = new DataView(buffer);
  const metrics = head.getInt32(0, true);
  const points = head.getInt32(4, true);
  const x = new Float64Array(buffer, 8, points);
  const y = [];
  for (let m = 0; m < metrics; m++) y.push(new Float32Array(buffer, 8 + points * 8 + m * points * 4, points));
  return { x, y };
}

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class HistoryChart {
  constructor(element) {
    this.element = element;
    this.message = document.createElement('p');
    this.message.className = 'plot-message';
    this.message.setAttribute('role', 'status');
    this.canvas = document.createElement('div');
    this.canvas.className = 'plot-canvas';
    element.append(this.canvas, this.message);
    this.onTheme = () => this.draw();
    addEventListener('jk-theme', this.onTheme);
    this.observer = new ResizeObserver(() => this.chart?.resize());
    this.observer.observe(element);
    this.timer = setInterval(() => { if (!document.hidden) this.fetch(false); }, 60000);
  }

  async show(device, seconds, view) {
    this.device = device; this.seconds = seconds; this.view = view;
    await this.fetch(true);
  }

  async fetch(first) {
    if (!this.view) return;
    this.abort?.abort();
    const abort = this.abort = new AbortController();
    if (first) { this.say('Loading …'); this.canvas.classList.add('waiting'); }
    const to = Math.floor(Date.now() / 1000);
    const from = to - this.seconds;
    const points = Math.min(2000, Math.max(300, Math.round(this.element.clientWidth * 1.5)));
    const names = this.view.series.map(s => s.metric).join(',');
    const url = `/api/v1/devices/${encodeURIComponent(this.device)}/history?metrics=${names}&from=${from}&to=${to}&points=${points}`;
    try {
      const [lib, answer] = await Promise.all([echarts(), fetch(url, { signal: abort.signal, headers: { Accept: 'application/octet-stream' } })]);
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const data = columns(await answer.arrayBuffer());
      if (abort.signal.aborted) return;
      this.lib = lib; this.data = data; this.from = from; this.to = to;
      this.draw();
    } catch (error) {
      if (error.name === 'AbortError' || !first) return;
      this.canvas.classList.remove('waiting');
      this.say(`The history could not be loaded (${error.message}).`);
    }
  }

  say(text) { this.message.textContent = text; this.message.hidden = !text; }

  draw() {
    if (!this.data || !this.lib) return;
    this.canvas.classList.remove('waiting');
    const { x, y } = this.data;
    if (x.length === 0) {
      this.chart?.clear();
      this.say('Nothing was recorded in this time. Values appear here as soon as the device reports.');
      this.element.dataset.points = '0';
      return;
    }

    this.say('');
    this.chart ??= this.lib.init(this.canvas, null, { renderer: 'canvas' });
    const line = css('--line'), ink = css('--ink'), muted = css('--muted'), surface = css('--surface');
    const narrow = this.element.clientWidth < 560;
    const font = { color: muted, fontFamily: css('--font'), fontSize: 12 };
    const axis = (unit, position) => ({
      type: 'value', scale: true, position, name: unit, nameTextStyle: { ...font, align: position === 'left' ? 'right' : 'left' }, nameGap: 12,
      axisLabel: font, splitLine: { show: position === 'left', lineStyle: { color: line } }, ...(unit === '%' ? { min: 0, max: 100 } : {}),
    });
    const seriesOf = (s, i) => {
      const colour = css(s.colour), sign = s.negate ? -1 : 1;
      const data = new Array(x.length);
      for (let p = 0; p < x.length; p++) { const v = y[i][p]; data[p] = [x[p] * 1000, Number.isNaN(v) ? null : sign * v]; }
      return {
        name: s.name, type: 'line', data, yAxisIndex: s.axis, showSymbol: false, connectNulls: false, step: s.step ? 'end' : false, animation: false,
        lineStyle: { color: colour, width: 1.75, type: s.dashed ? 'dashed' : 'solid' }, itemStyle: { color: colour },
        areaStyle: s.area ? { color: colour, opacity: 0.14 } : undefined, emphasis: { disabled: true },
      };
    };
    const unitOf = name => { const s = this.view.series.find(q => q.name === name); return s?.axis === 1 ? this.view.secondUnit : this.view.unit; };
    const digits = unit => unit === 'V' ? 3 : unit === 'W' ? 0 : 1;
    this.chart.setOption({
      backgroundColor: 'transparent', animation: false, aria: { enabled: true },
      grid: { left: narrow ? 46 : 58, right: this.view.secondUnit ? 46 : 16, top: 40, bottom: 28 },
      legend: { top: 0, left: 'center', textStyle: { ...font, color: ink }, icon: 'roundRect', itemWidth: 14, itemHeight: 4 },
      tooltip: {
        trigger: 'axis', backgroundColor: surface, borderColor: line, textStyle: { ...font, color: ink }, axisPointer: { lineStyle: { color: muted } }, confine: true,
        formatter: items => {
          const box = document.createElement('div');
          const head = document.createElement('b');
          head.textContent = new Date(items[0].value[0]).toLocaleString();
          box.append(head);
          for (const item of items) {
            const row = document.createElement('div');
            const v = item.value[1];
            const unit = unitOf(item.seriesName);
            row.textContent = `${item.seriesName}: ${v === null ? '–' : Math.abs(v) >= 0 ? v.toFixed(digits(unit)) : ''} ${unit}`;
            row.style.color = item.color;
            box.append(row);
          }
          return box;
        },
      },
      xAxis: { type: 'time', min: this.from * 1000, max: this.to * 1000, axisLabel: { ...font, hideOverlap: true }, axisLine: { lineStyle: { color: line }, onZero: false }, axisTick: { lineStyle: { color: line } } },
      yAxis: this.view.secondUnit ? [axis(this.view.unit, 'left'), axis(this.view.secondUnit, 'right')] : [axis(this.view.unit, 'left')],
      dataZoom: [{ type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false }],
      series: this.view.series.map(seriesOf),
    }, { notMerge: true });
    this.element.dataset.points = String(x.length);
  }

  dispose() {
    clearInterval(this.timer);
    this.abort?.abort();
    removeEventListener('jk-theme', this.onTheme);
    this.observer.disconnect();
    this.chart?.dispose();
  }
}

export function create(element) { return new HistoryChart(element); }
