"""The part of a viewer that calls a person's functions."""

from __future__ import annotations

from .handle import Handle
from .hooks import Hook


class Hearing(Handle):
    """Hooks, by event. See `Viewer`."""

    def on_ready(self, hook: Hook) -> Hook:
        """Call a function each time a page is ready; usable as a decorator.

        It gets the event ``{"type": "ready", "n_cells", "dimensions", "datasetId"}``. See
        `on_selection` for where hooks run.
        """
        return self.register_hook("ready", hook)

    def on_selection(self, hook: Hook) -> Hook:
        """Call a function each time a person confirms a selection; usable as a decorator.

        Hooks run one after the other in a thread of their own. What they print or display goes to
        the cell that registered them (with ipykernel 6, what they display to the one that runs
        then); one that fails is reported there, once, and the others run on.

        Parameters
        ----------
        hook
            Gets the event as a dict. ``event["cells"]`` holds the indices of the selected cells,
            an int64 array of shape (n,), ascending; ``event["source"]`` is what selected them.

        Returns
        -------
        callable
            The function itself; `remove_hook` takes it off.

        Examples
        --------
        >>> @viewer.on_selection                                    # doctest: +SKIP
        ... def look(event):
        ...     print(adata.obs["cell_type"].iloc[event["cells"]].value_counts())
        """
        return self.register_hook("selection", hook)

    def on_hover(self, hook: Hook) -> Hook:
        """Call a function when the pointer rests on another cell; usable as a decorator.

        Of several that come while hooks are busy, only the last is heard. See `on_selection` for
        where hooks run.
        """
        return self.register_hook("hover", hook)

    def on_click(self, hook: Hook) -> Hook:
        """Call a function when a cell is clicked; usable as a decorator. See `on_selection`."""
        return self.register_hook("click", hook)

    def on_message(self, hook: Hook) -> Hook:
        """Call a function with every event, whatever its type; usable as a decorator.

        The event's ``"type"`` tells them apart. See `on_selection` for where hooks run.
        """
        return self.register_hook("message", hook)

    def on_command_error(self, hook: Hook) -> Hook:
        """Call a function when a page could not do what it was asked; usable as a decorator.

        It gets the event ``{"type": "command_error", "command", "message"}``. See `on_selection`
        for where hooks run.
        """
        return self.register_hook("command_error", hook)

    def register_hook(self, event: str, function: Hook) -> Hook:
        """Call a function with every event of a type, those of a page of your own too.

        Parameters
        ----------
        event
            The type, such as ``"selection"``; ``"message"`` for all of them.
        function
            Gets the event as a dict. See `on_selection` for where it runs.

        Returns
        -------
        callable
            The function itself.

        Raises
        ------
        TypeError
            If `event` is no text, or `function` can't be called.
        ViewerStopped
            If the viewer has ended.

        Examples
        --------
        >>> viewer.register_hook("pong", print)                     # doctest: +SKIP
        """
        self._shown.events.check()
        self._shown.events.hooks.add(event, function)
        return function

    def unregister_hook(self, event: str, function: Hook) -> None:
        """Call a function no more for one type of event; harmless where it is not registered."""
        self._shown.events.hooks.remove(function, event)

    def remove_hook(self, hook: Hook) -> None:
        """Call a function no more, for whatever event it was registered."""
        self._shown.events.hooks.remove(hook)

    def clear_hooks(self, event: str | None = None) -> None:
        """Call no function any more: for one type of event, or for none at all."""
        self._shown.events.hooks.clear(event)
