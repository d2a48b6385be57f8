import type { ItemWarning } from "@kalends/model";

/** Warnings up to a limit; those beyond it are only counted. */
export class WarningList {
  readonly entries: ItemWarning[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  add(warning: ItemWarning): void {
    if (this.entries.length < this.most) this.entries.push(warning);
  }

  addAll(warnings: readonly ItemWarning[]): void {
    for (const warning of warnings) this.add(warning);
  }
}
