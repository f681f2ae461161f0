// The arm in three dimensions, as tf tells its frames; and the same frames as a table. What draws it is
// loaded only when it is looked at.

import { useEffect, useRef, useState } from "preact/hooks";
import { chosen, now } from "../link/robots.js";
import type { RosLink } from "../link/ros.js";
import { gateway, wordsOf } from "../link/session.js";
import { STREAM, judge } from "../model/freshness.js";
import type { Placed } from "../model/tfTree.js";
import { figure } from "../model/words.js";
import { Card, FreshBadge } from "./parts.js";
import { repaint } from "./theme.js";

const EVERY_MS = 100;

interface Scene { show(frames: readonly Placed[]): void; recolour(): void; close(): void }

export function Arm() {
  const holder = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene | null>(null);
  const [link, setLink] = useState<RosLink | null>(null);
  const [trouble, setTrouble] = useState("");
  const root = chosen.value?.sample.ee_pose?.frame_id || "base_link";
  useEffect(() => {
    let isGone = false;
    let opened: RosLink | null = null;
    void (async () => {
      const { RosLink } = await import("../link/ros.js");
      const { openScene } = await import("./scene.js");
      if (isGone) return;
      opened = new RosLink(gateway.value!);
      setLink(opened);
      scene.current = openScene(holder.current!);
    })().catch((error: unknown) => setTrouble(`no picture: ${wordsOf(error)}`));
    return () => {
      isGone = true;
      opened?.close();
      scene.current?.close();
      scene.current = null;
    };
  }, []);
  useEffect(() => scene.current?.recolour(), [repaint.value]);
  useEffect(() => {
    if (link === null) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) scene.current?.show(link.tree.below(root, performance.now()));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [link, root]);
  const age = link?.tree.ageMs(root, now.value) ?? null;
  const freshness = judge(age, STREAM);
  const words = link?.words.value || trouble;
  return (
    <Card title="Arm" class={freshness} aside={<FreshBadge freshness={freshness} ageMs={age} />}>
      <div class="scene" ref={holder} role="img"
        aria-label={`The arm, seen from ${root}; its frames are in the table below`} />
      {words && <p class="hint" role="status">{words}</p>}
      <Frames frames={link?.tree.below(root, now.value) ?? []} />
    </Card>
  );
}

function Frames({ frames }: { frames: readonly Placed[] }) {
  return (
    <details>
      <summary>Frames ({frames.length - 1 > 0 ? frames.length - 1 : "none"})</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Frames of the robot">
        <table data-testid="frames">
          <thead>
            <tr>{["frame", "x m", "y m", "z m"].map((name) => <th key={name} scope="col">{name}</th>)}</tr>
          </thead>
          <tbody>
            {frames.slice(1).map(({ name, pose: { translation } }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{figure(translation.x, 3)}</td><td>{figure(translation.y, 3)}</td><td>{figure(translation.z, 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
