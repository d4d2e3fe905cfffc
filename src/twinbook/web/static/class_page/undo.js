// What a person did, to be taken back and done again: batches of { key, before, after }, texts as the cells show them.

const MOST_BATCHES = 200;

export class Undo {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  record(batch) {
    if (!batch.length) return;
    this.#done.push(batch);
    if (this.#done.length > MOST_BATCHES) this.#done.shift();
    this.#undone = [];
  }

  // The texts to write: [{ key, from, to }]; `from` is what a cell must show for the change to be ours to take back.
  undo() {
    const batch = this.#done.pop();
    if (!batch) return [];
    this.#undone.push(batch);
    return batch.map(({ key, before, after }) => ({ key, from: after, to: before }));
  }

  redo() {
    const batch = this.#undone.pop();
    if (!batch) return [];
    this.#done.push(batch);
    return batch.map(({ key, before, after }) => ({ key, from: before, to: after }));
  }
}
