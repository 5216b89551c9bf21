"""The one operator of the DAGs: a call of the shop-pipe command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from shop_pipe_dags.command_line import child_environment, command, working_folder
from shop_pipe_dags.process import WRONG_USAGE, CallFailed, Document, ShopPipeProcess

if TYPE_CHECKING:
    from airflow.sdk import Context


# Until somebody does something about it, each further try says the same.
_FOR_GOOD = frozenset({"timezone_changed", "bad_configuration"})


class ShopPipeOperator(BaseOperator):
    """Calls `shop-pipe ARGUMENTS --json`; what it says on standard error is the task's log, its document the XCom.

    A call that fails fails the task with the message of its error document; wrong usage, and what only
    a change of settings can mend, is not tried again. When the task is ended, so is the call, with all that it started.

    :param arguments: one string per argument, templated; no shell looks at them.
    :param judge: looks at the document and raises what is to become of the task, e.g. AirflowSkipException.
    """

    template_fields: Sequence[str] = ("arguments",)
    ui_color = "#e8f0e4"

    def __init__(
        self,
        *,
        arguments: Sequence[str],
        judge: Callable[[Document], None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.arguments = list(arguments)
        self.judge = judge
        self._call: ShopPipeProcess | None = None

    def execute(self, context: Context) -> Document:
        line = command(self.arguments)
        self.log.info("calling %s", line)
        self._call = ShopPipeProcess(
            line,
            env=child_environment(),
            cwd=working_folder(),
            on_line=lambda said: self.log.info("%s", said),
        )
        try:
            document = self._call.run()
        except CallFailed as failure:
            for_good = failure.exit_code == WRONG_USAGE or failure.code in _FOR_GOOD
            kind = AirflowFailException if for_good else AirflowException
            raise kind(str(failure)) from None
        if self.judge is not None:
            self.judge(document)
        return document

    def on_kill(self) -> None:
        """Ends the call when the task is ended: cleared, timed out, or Airflow stops."""
        if self._call is not None:
            self._call.stop()
