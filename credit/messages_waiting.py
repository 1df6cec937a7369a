"""How many messages no worker has taken yet."""

from celery import current_app
from kombu.exceptions import ChannelError
from kombu.exceptions import OperationalError as BrokerAway


def messages_waiting() -> tuple[str, int]:
    """Give the queue's name and what waits in it; one that is not there is empty.

    Raises
    ------
    BrokerAway
        The broker does not answer.
    """
    queue = current_app.conf.task_default_queue
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
        try:
            declared = broker.default_channel.queue_declare(queue, passive=True)
        except ChannelError:
            return queue, 0
        except broker.connection_errors as lost:
            raise BrokerAway(str(lost)) from lost
        return queue, declared.message_count
