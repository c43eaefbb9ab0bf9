import { Badge, type Tone } from "./badge.tsx";
import type { IconName } from "./icon.tsx";

/** What a state is called, and how it looks. */
export interface Word {
  readonly word: string;
  readonly tone: Tone;
  readonly icon: IconName;
}

export function WordBadge({ word: { word, tone, icon }, title }: { readonly word: Word; readonly title?: string }) {
  return (
    <Badge tone={tone} icon={icon} {...(title === undefined ? {} : { title })}>
      {word}
    </Badge>
  );
}
