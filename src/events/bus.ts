/** A typed bus: news travels as events, orders travel as calls. Listeners run at once, in the order they came. */
export type Unsubscribe = () => void;

export interface Bus<Events> {
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe;
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** @param onError gets what a listener throws; the other listeners still run */
export function createBus<Events>(onError: (error: unknown, event: string) => void): Bus<Events> {
  /** A list is never changed, so that whoever comes or goes during an event does so after it. */
  const listeners = new Map<keyof Events, readonly ((event: never) => void)[]>();
  const others = (name: keyof Events, listener: unknown) =>
    (listeners.get(name) ?? []).filter((one) => one !== listener);
  return {
    on(name, listener) {
      listeners.set(name, [...others(name, listener), listener as (event: never) => void]);
      return () => void listeners.set(name, others(name, listener));
    },
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(event as never);
        } catch (error) {
          onError(error, String(name));
        }
      }
    },
  };
}
