// The stick on the screen: pulled with a finger or mouse, or held with the arrow keys while it is on the
// page. It moves the robot only while it is held.

import { useEffect, useRef, useState } from "preact/hooks";
import { driver } from "../link/driver.js";
import { CENTRE, type Push, isDriveKey, pushOf, pushOfKeys } from "../model/stick.js";

export function Stick({ isArmed }: { isArmed: boolean }) {
  const base = useRef<HTMLDivElement>(null);
  const [push, setPush] = useState<Push>(CENTRE);
  const hold = (next: Push) => {
    setPush(next);
    driver.push(next);
  };
  useEffect(() => (isArmed ? followKeys(hold) : undefined), [isArmed]);
  useEffect(() => { if (!isArmed) setPush(CENTRE); }, [isArmed]);

  const pull = (event: PointerEvent) => {
    const { left, top, width } = base.current!.getBoundingClientRect();
    hold(pushOf(event.clientX - left - width / 2, event.clientY - top - width / 2, width / 2));
  };
  const grip = (event: PointerEvent) => {
    if (!isArmed || !event.isPrimary) return;
    base.current!.setPointerCapture(event.pointerId);
    pull(event);
  };
  const drag = (event: PointerEvent) => {
    if (base.current!.hasPointerCapture(event.pointerId)) pull(event);
  };
  const letGo = () => hold(CENTRE);
  const knob = { left: `${50 - push.left * 34}%`, top: `${50 - push.forward * 34}%` };
  return (
    <div id="stick" class={`stick${isArmed ? " armed" : ""}`} ref={base} tabIndex={0} role="application"
      aria-roledescription="stick" aria-disabled={!isArmed}
      aria-label="Stick: hold the arrow keys to move, let go to stop"
      onPointerDown={grip} onPointerMove={drag} onPointerUp={letGo} onPointerCancel={letGo} onLostPointerCapture={letGo}
      onContextMenu={(event) => event.preventDefault()}>
      <span class="up" aria-hidden="true">forward</span>
      <span class="down" aria-hidden="true">back</span>
      <i style={knob} />
    </div>
  );
}

// The arrow keys, wherever the focus is but in a field that uses them itself.
function followKeys(hold: (push: Push) => void): () => void {
  const held = new Set<string>();
  const down = (event: KeyboardEvent) => {
    if (!isDriveKey(event.key) || (event.target as Element).matches("input, select, textarea")) return;
    event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    held.add(event.key);
    hold(pushOfKeys(held));
  };
  const up = (event: KeyboardEvent) => {
    if (held.delete(event.key)) hold(pushOfKeys(held));
  };
  const lost = () => {
    held.clear();
    hold(CENTRE);
  };
  const listeners = [["keydown", down], ["keyup", up], ["blur", lost]] as [string, EventListener][];
  for (const [name, listener] of listeners) addEventListener(name, listener);
  return () => {
    for (const [name, listener] of listeners) removeEventListener(name, listener);
  };
}
