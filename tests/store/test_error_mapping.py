"""Every error of the driver becomes one of ours, and the most specific one."""

from collections.abc import Iterator

import pytest
from neo4j import exceptions as driver

from graph.errors import CommitUnknown, InnerCircleError, QueryRejected, StoreConflict, StoreUnavailable
from graph.store.error_mapping import MAPPING, translated

LOST: dict[type[Exception], type[InnerCircleError]] = {
    driver.DriverError: StoreUnavailable,
    driver.SessionError: StoreUnavailable,
    driver.TransactionError: StoreUnavailable,
    driver.TransactionNestingError: StoreUnavailable,
    driver.ResultError: StoreUnavailable,
    driver.ResultFailedError: StoreUnavailable,
    driver.ResultConsumedError: StoreUnavailable,
    driver.ResultNotSingleError: StoreUnavailable,
    driver.BrokenRecordError: StoreUnavailable,
    driver.SessionExpired: StoreUnavailable,
    driver.ServiceUnavailable: StoreUnavailable,
    driver.RoutingServiceUnavailable: StoreUnavailable,
    driver.WriteServiceUnavailable: StoreUnavailable,
    driver.ReadServiceUnavailable: StoreUnavailable,
    driver.IncompleteCommit: CommitUnknown,
    driver.ConfigurationError: StoreUnavailable,
    driver.AuthConfigurationError: StoreUnavailable,
    driver.CertificateConfigurationError: StoreUnavailable,
    driver.UnsupportedServerProduct: StoreUnavailable,
    driver.ConnectionPoolError: StoreUnavailable,
    driver.ConnectionAcquisitionTimeoutError: StoreUnavailable,
}
SAID_BY_THE_SERVER: dict[type[Exception], type[InnerCircleError]] = {
    driver.Neo4jError: QueryRejected,
    driver.ClientError: QueryRejected,
    driver.CypherSyntaxError: QueryRejected,
    driver.CypherTypeError: QueryRejected,
    driver.ConstraintError: StoreConflict,
    driver.AuthError: StoreUnavailable,
    driver.TokenExpired: StoreUnavailable,
    driver.Forbidden: QueryRejected,
    driver.DatabaseError: QueryRejected,
    driver.TransientError: StoreConflict,
    driver.DatabaseUnavailable: StoreUnavailable,
    driver.NotALeader: StoreConflict,
    driver.ForbiddenOnReadOnlyDatabase: StoreConflict,
}
OURS = LOST | SAID_BY_THE_SERVER


def kinds(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for each in root.__subclasses__():
        yield from kinds(each)


def test_no_error_of_the_driver_is_left_out_and_none_is_made_up() -> None:
    assert OURS.keys() == {*kinds(driver.DriverError), *kinds(driver.Neo4jError)}


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_of_the_driver_becomes_ours_and_keeps_its_cause(kind: type[Exception]) -> None:
    raised = kind.__new__(kind)
    raised.args = ("its words",)
    with pytest.raises(OURS[kind]) as caught, translated("a query"):
        raise raised
    assert caught.value.__cause__ is raised


def test_every_line_of_the_mapping_is_the_first_for_something() -> None:
    first = {next(place for place, (base, *_) in enumerate(MAPPING) if issubclass(kind, base)) for kind in OURS}
    assert first == set(range(len(MAPPING)))
