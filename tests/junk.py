"""Values that a settings file could hold by mistake, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["JUNK"]

_KEYS = ["BACKEND", "OPTIONS", "DIRECTIVES", "connect-src", "default-src"]

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.builds(object)
    | st.just(len),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(
            st.text(max_size=8) | st.integers() | st.sampled_from(_KEYS), inner, max_size=3
        )
    ),
    max_leaves=5,
)
