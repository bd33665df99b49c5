import { Injectable } from '@nestjs/common';

/** Tells the deliverer of this process that something was put down; those of other processes look by themselves. */
@Injectable()
export class OutboxBell {
  private readonly listeners: (() => void)[] = [];

  listen(listener: () => void): void {
    this.listeners.push(listener);
  }

  ring(): void {
    for (const listener of this.listeners) listener();
  }
}
