import { demoOnce } from "./demo-once.ts";

interface DemoFlags {
  once?: boolean;
  port?: number;
  every: number;
  seed: number;
}

/** `kalends demo` */
export async function demo(flags: DemoFlags): Promise<void> {
  if (flags.once === true) return demoOnce(flags.seed);
}
