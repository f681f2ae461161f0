// Draws the robot's track, seen from above: x to the right, y up, one square a metre.

export function drawTrack(canvas, track, yaw) {
  const context = canvas.getContext("2d");
  const [x, y] = track[track.length - 1];
  const reach = Math.max(2, ...track.map(([px, py]) => Math.max(Math.abs(px - x), Math.abs(py - y)))) + 0.5;
  const scale = Math.min(canvas.width, canvas.height) / (2 * reach);
  const toPixel = (px, py) => [
    canvas.width / 2 + (px - x) * scale,
    canvas.height / 2 - (py - y) * scale,
  ];

  context.clearRect(0, 0, canvas.width, canvas.height);
  drawGrid(context, canvas, x, y, scale, toPixel);

  context.strokeStyle = "#4ea1ff";
  context.lineWidth = 2;
  context.beginPath();
  for (const [px, py] of track) context.lineTo(...toPixel(px, py));
  context.stroke();

  context.save();
  context.translate(...toPixel(x, y));
  context.rotate(-yaw);
  context.fillStyle = "#3ecf8e";
  context.beginPath();
  context.moveTo(14, 0);
  context.lineTo(-9, 9);
  context.lineTo(-5, 0);
  context.lineTo(-9, -9);
  context.fill();
  context.restore();
}

function drawGrid(context, canvas, x, y, scale, toPixel) {
  context.strokeStyle = "#222d3a";
  context.lineWidth = 1;
  const half = [canvas.width / 2 / scale, canvas.height / 2 / scale];
  context.beginPath();
  for (let gx = Math.ceil(x - half[0]); gx <= x + half[0]; gx++) {
    const [px] = toPixel(gx, y);
    context.moveTo(px, 0);
    context.lineTo(px, canvas.height);
  }
  for (let gy = Math.ceil(y - half[1]); gy <= y + half[1]; gy++) {
    const [, py] = toPixel(x, gy);
    context.moveTo(0, py);
    context.lineTo(canvas.width, py);
  }
  context.stroke();
}
