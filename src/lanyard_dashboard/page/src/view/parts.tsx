// What several views are made of.

import type { ComponentChildren } from "preact";
import { type Freshness, ageWords, judgePart, partAge } from "../model/freshness.js";
import { type Sign, figure } from "../model/words.js";
import { type Received, now } from "../link/robots.js";
import { Icon } from "./icons.js";

export function Badge({ sign, large = false }: { sign: Sign; large?: boolean }) {
  return (
    <span class={`badge ${sign.tone}${large ? " large" : ""}`}>
      <Icon name={sign.icon} />
      {sign.word}
    </span>
  );
}

const FRESH: Record<Freshness, Sign> = {
  live: { word: "Live", tone: "good", icon: "live" },
  late: { word: "Late", tone: "warn", icon: "late" },
  old: { word: "Old data", tone: "bad", icon: "old" },
  none: { word: "No data", tone: "dim", icon: "none" },
};

// Whether data is live, in shape, word and colour; with its age unless it is live.
export function FreshBadge({ freshness, ageMs }: { freshness: Freshness; ageMs: number | null }) {
  const sign = FRESH[freshness];
  const age = freshness === "old" || freshness === "late" ? `, ${ageWords(ageMs)}` : "";
  return <Badge sign={{ ...sign, word: sign.word + age }} />;
}

interface CardProps {
  title: string;
  class?: string;
  part?: string; // of the chosen robot's sample: the card says so when that is old
  received?: Received | undefined;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Card({ title, part, received, aside, children, class: extra = "" }: CardProps) {
  const freshness = part === undefined ? "live" : judgePart(received, part, now.value);
  const id = `card-${title.toLowerCase().replaceAll(/\W+/g, "-")}`;
  return (
    <section class={`card ${extra} ${freshness}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
        {part !== undefined && freshness !== "live" && (
          <FreshBadge freshness={freshness} ageMs={partAge(received, part, now.value)} />
        )}
      </header>
      <div class="content">{children}</div>
    </section>
  );
}

export function Battery({ percent, charging }: { percent: number | null | undefined; charging: boolean }) {
  if (percent === null || percent === undefined) return <span class="dim">battery unknown</span>;
  const isLow = percent < 20;
  return (
    <span class={`battery ${isLow ? "low" : ""}`}>
      <meter min={0} max={100} low={20} optimum={100} value={percent} aria-label={`Battery ${figure(percent, 0)} percent`} />
      <span>{figure(percent, 0)} %{isLow && " low"}</span>
      {charging && <span class="charging"><Icon name="bolt" /> charging</span>}
    </span>
  );
}

export function Facts({ items }: { items: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {items.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}
