/** What a plot draws besides its lines. */

/**
 * @typedef {import("./plot.js").Line} Line
 * @typedef {import("./plot.js").Range} Range
 */

/**
 * The spread around a line, as a band.
 * @param {UPlot} plot
 * @param {Range[]} ranges
 */
export function drawRanges(plot, ranges) {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const range of ranges) {
    ctx.fillStyle = range.color;
    ctx.globalAlpha = 0.2;
    ctx.beginPath();
    let isBegun = false;
    for (let index = 0; index < range.x.length; index += 1) {
      if (!Number.isFinite(range.high[index])) continue;
      const x = plot.valToPos(range.x[index], "x", true);
      const y = plot.valToPos(range.high[index], "y", true);
      if (isBegun) ctx.lineTo(x, y); else ctx.moveTo(x, y);
      isBegun = true;
    }
    for (let index = range.x.length - 1; index >= 0; index -= 1) {
      if (Number.isFinite(range.low[index])) ctx.lineTo(plot.valToPos(range.x[index], "x", true), plot.valToPos(range.low[index], "y", true));
    }
    ctx.fill();
  }
  ctx.restore();
}

/**
 * Marks at the edge where a value is not finite: ▲ an infinity, ▼ a negative one, × NaN.
 * @param {UPlot} plot
 * @param {Line[]} lines
 */
export function drawMarks(plot, lines) {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.lineWidth = 1.5 * unit;
  for (const line of lines) {
    if (line.faint) continue;
    ctx.strokeStyle = line.color;
    ctx.fillStyle = line.color;
    for (let index = 0; index < line.y.length; index += 1) {
      const value = line.y[index];
      if (Number.isFinite(value) || value === undefined) continue;
      const x = plot.valToPos(line.x[index], "x", true);
      if (x < left || x > left + width) continue;
      const size = 4 * unit;
      ctx.beginPath();
      if (Number.isNaN(value)) {
        const y = top + height - size - 2 * unit;
        ctx.moveTo(x - size, y - size); ctx.lineTo(x + size, y + size); ctx.moveTo(x + size, y - size); ctx.lineTo(x - size, y + size);
        ctx.stroke();
      } else {
        const up = value > 0 ? 1 : -1;
        const y = up > 0 ? top + 2 * unit : top + height - 2 * unit;
        ctx.moveTo(x, y); ctx.lineTo(x - size, y + 2 * size * up); ctx.lineTo(x + size, y + 2 * size * up);
        ctx.fill();
      }
    }
  }
  ctx.restore();
}
