/** A typed bus: news travels as events, orders travel as calls. Listeners run at once, in the order they came. */
export type Unsubscribe = () => void;

export interface Bus<Events> {
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** @param onError gets what a listener throws; the other listeners still run */
export function createBus<Events>(onError: (error: unknown, event: string) => void): Bus<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (event: never) => void);
      return () => void set.delete(listener as (event: never) => void);
    },
    emit(name, event) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(event as never);
        } catch (error) {
          onError(error, String(name));
        }
      }
    },
  };
}
