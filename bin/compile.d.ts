export function compileIfStale(): Promise<void>;
