// The floor from above: where the robot is, where it looks, and where it has been.

import { useEffect, useRef, useState } from "preact/hooks";
import { chosen, chosenFreshness, trail } from "../link/robots.js";
import { yawOf } from "../model/geometry.js";
import { type Layout, type Point, layout } from "../model/trail.js";
import { figure } from "../model/words.js";
import { colour, repaint } from "./theme.js";

export function FloorMap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [zoom, setZoom] = useState(1);
  const sample = chosen.value?.sample;
  const pose = sample?.pose ?? null;
  const paint = useRef(() => {});
  paint.current = () => {
    if (pose && canvas.current && !document.hidden) draw(canvas.current, pose.position, yawOf(pose.orientation), zoom);
  };
  useEffect(() => {
    const element = canvas.current!;
    const resize = new ResizeObserver(() => {
      fit(element);
      paint.current();
    });
    resize.observe(element);
    return () => resize.disconnect();
  }, []);
  useEffect(() => paint.current(), [pose, zoom, repaint.value, chosenFreshness.value]);
  const degrees = pose ? (yawOf(pose.orientation) * 180) / Math.PI : null;
  const where = pose
    ? `x ${figure(pose.position.x)} m, y ${figure(pose.position.y)} m, heading ${figure(degrees, 0)}° in ${pose.frame_id}`
    : "not known";
  return (
    <div class="map">
      <canvas ref={canvas} role="img" aria-label={`Map with the robot's trail: ${where}`} />
      <div class="zoom">
        <button aria-label="Zoom in" onClick={() => setZoom(Math.min(8, zoom * 1.5))}>+</button>
        <button aria-label="Zoom out" onClick={() => setZoom(Math.max(0.2, zoom / 1.5))}>−</button>
      </div>
      <p class="figures" data-testid="pose">{where}{pose && !pose.localized && " (odometry only: not localized)"}</p>
    </div>
  );
}

function fit(canvas: HTMLCanvasElement): void {
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
}

function draw(canvas: HTMLCanvasElement, robot: Point, yaw: number, zoom: number): void {
  const pen = canvas.getContext("2d")!;
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  const floor = layout(robot, trail, size, zoom);
  drawGrid(pen, size, robot, floor);
  pen.strokeStyle = colour("calm");
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  for (const stretch of trail.stretches) {
    pen.beginPath();
    for (const point of stretch) pen.lineTo(...floor.toPixel(point));
    pen.stroke();
  }
  drawRobot(pen, floor.toPixel(robot), yaw);
  drawScale(pen, size, floor);
}

interface Size { width: number; height: number }

function drawGrid(pen: CanvasRenderingContext2D, size: Size, robot: Point, floor: Layout): void {
  const { gridM, pixelsPerMetre, toPixel } = floor;
  const [half, tall] = [size.width / 2 / pixelsPerMetre, size.height / 2 / pixelsPerMetre];
  pen.lineWidth = 1;
  for (let x = Math.ceil((robot.x - half) / gridM) * gridM; x <= robot.x + half; x += gridM) {
    line(pen, toPixel({ x, y: robot.y + tall }), toPixel({ x, y: robot.y - tall }), Math.abs(x) < gridM / 2);
  }
  for (let y = Math.ceil((robot.y - tall) / gridM) * gridM; y <= robot.y + tall; y += gridM) {
    line(pen, toPixel({ x: robot.x - half, y }), toPixel({ x: robot.x + half, y }), Math.abs(y) < gridM / 2);
  }
}

function line(pen: CanvasRenderingContext2D, from: [number, number], to: [number, number], isAxis: boolean): void {
  pen.strokeStyle = colour(isAxis ? "dim" : "line");
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

function drawRobot(pen: CanvasRenderingContext2D, at: [number, number], yaw: number): void {
  pen.save();
  pen.translate(...at);
  pen.rotate(-yaw);
  pen.fillStyle = chosenFreshness.value === "live" ? colour("good") : colour("dim");
  pen.strokeStyle = colour("card");
  pen.beginPath();
  for (const [x, y] of [[15, 0], [-10, 9], [-5, 0], [-10, -9]] as const) pen.lineTo(x, y);
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.restore();
}

function drawScale(pen: CanvasRenderingContext2D, size: { height: number }, { gridM, pixelsPerMetre }: Layout): void {
  pen.fillStyle = colour("dim");
  pen.font = "11px system-ui, sans-serif";
  pen.fillRect(10, size.height - 12, gridM * pixelsPerMetre, 2);
  pen.fillText(`${gridM} m`, 10, size.height - 17);
}
