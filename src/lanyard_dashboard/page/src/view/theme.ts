// Light, dark, or as the system has it; kept in this browser.

import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
const KEY = "lanyard.theme";
const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "auto");
export const repaint = signal(0); // rises when colours have changed, for what is drawn on a canvas

export const nextTheme = (): void => { theme.value = NEXT[theme.value]; };

export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEY, theme.value);
    repaint.value = repaint.peek() + 1;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { repaint.value += 1; });
}

// A colour of the style sheet, for a canvas.
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
