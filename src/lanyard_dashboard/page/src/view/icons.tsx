// Small pictures beside words; they say the same by shape as the words do, and hide from screen readers.

const SHAPES: Record<string, string> = {
  ready: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8",
  active: "M4 2.5v11l9-5.5z",
  stop: "M3 3h10v10H3z",
  halt: "M4.4 3 8 6.6 11.6 3 13 4.4 9.4 8l3.6 3.6-1.4 1.4L8 9.4 4.4 13 3 11.6 6.6 8 3 4.4z",
  fault: "M8 1.5 15 14H1zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z",
  unknown: "M5 5.6C5 3.6 6.4 2.5 8 2.5s3 1 3 2.8c0 2.4-2.2 2.4-2.2 4.4H7.2c0-2.8 2.1-2.9 2.1-4.3 0-.8-.5-1.3-1.3-1.3s-1.4.6-1.4 1.5zM7.1 11.4h1.8v1.9H7.1z",
  offline: "M2 8h12v1.8H2z",
  queue: "M3 3h10v2H3zm0 4h10v2H3zm0 4h6v2H3z",
  pause: "M4 3h3v10H4zm5 0h3v10H9z",
  done: "M6.4 12.4 2.2 8.2l1.5-1.5 2.7 2.7 6-6 1.5 1.5z",
  live: "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
  late: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m-.8 2.5h1.5v3.2l2.3 1.4-.8 1.3-3-1.8z",
  old: "M8 1.5 15 14H1zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z",
  none: "M2 8h12v1.8H2z",
  fleet: "M2 2h5v5H2zm7 0h5v5H9zM2 9h5v5H2zm7 0h5v5H9z",
  robot: "M7 1h2v2h4v7H3V3h4zM5 5v2h2V5zm4 0v2h2V5zM2 12h12v2H2z",
  tasks: "M2 3h2v2H2zm4 0h8v2H6zM2 7h2v2H2zm4 0h8v2H6zm-4 4h2v2H2zm4 0h8v2H6z",
  drive: "M8 1l2.5 3H9v3h3V5.500L15 8l-3 2.500V9H9v3h1.500L8 15l-2.500-3H7V9H4v1.500L1 8l3-2.500V7h3V4H5.500z",
  theme: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M8 3v10A5 5 0 0 1 8 3",
  bolt: "M9 1 3 9h4l-1 6 7-9H9z",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={SHAPES[name] ?? SHAPES.unknown} fill-rule="evenodd" />
    </svg>
  );
}
