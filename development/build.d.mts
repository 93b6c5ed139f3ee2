export class BuildError extends Error {}
export function productFiles(): string[];
export function isStale(): boolean;
export function build(): void;
