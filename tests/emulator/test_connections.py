"""The table of connections."""

from __future__ import annotations

from django_aws_api_gateway_websockets.emulator.connections import Connections, ConnectionState

from .samples import make_connection


class TestReaching:
    """Only an open connection can be reached."""

    def test_not_while_connecting(self) -> None:
        """A handshake that is not done is not open."""
        connections, connection = Connections(), make_connection()

        connections.add(connection)

        assert len(connections) == 1
        assert connections.open(connection.connection_id) is None
        assert connections.all_open() == []

    def test_while_open(self) -> None:
        """An open connection is found."""
        connections, connection = Connections(), make_connection(state=ConnectionState.OPEN)

        connections.add(connection)

        assert connections.open(connection.connection_id) is connection
        assert connections.all_open() == [connection]

    def test_not_when_gone(self) -> None:
        """Removing marks it as gone, more than once without harm."""
        connections, connection = Connections(), make_connection(state=ConnectionState.OPEN)
        connections.add(connection)

        connections.remove(connection)
        connections.remove(connection)

        assert connection.state is ConnectionState.GONE
        assert connections.open(connection.connection_id) is None
        assert len(connections) == 0


class TestLatest:
    """A list that is never too long."""

    def test_youngest_first(self) -> None:
        """The ones that began last, whatever their state."""
        connections = Connections()
        connections.add(make_connection(connection_id="first"))
        connections.add(make_connection(connection_id="second"))
        connections.add(make_connection(connection_id="third"))

        assert [c.connection_id for c in connections.latest(2)] == ["third", "second"]
