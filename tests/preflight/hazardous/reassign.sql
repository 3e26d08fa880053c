-- expect: owner-change:2
REASSIGN OWNED BY old TO new;
